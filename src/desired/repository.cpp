#include "desired/builder.hpp"
#include "desired/desired.hpp"

namespace wpns::desired {
namespace {

/// The one element of a list hole; none for an empty text.
std::vector<std::string> where_any(const std::string& text) {
    return text.empty() ? std::vector<std::string>{} : std::vector{text};
}

}  // namespace

std::expected<std::string, std::string> repository_unit(const Inputs& inputs,
                                                        const Repository& what) {
    const auto& host = inputs.host;
    const std::string& repository = host.backup_repository;
    render::Values values;
    values.set("slice", what.slice)
        .set("directory", what.directory)
        .set("repository", repository)
        .set("password_file", host.backup_password_file)
        .set_list("environment_file", where_any(host.backup_environment_file))
        .set_list("local_repository", where_any(repository.starts_with('/') ? repository : ""));
    Builder builder(inputs.templates, "");
    return builder.unless_failed(
        builder.fill("wpns-repository.service", render::Format::unit, values));
}

}  // namespace wpns::desired
