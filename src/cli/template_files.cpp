#include "cli/template_files.hpp"

#include "base/error.hpp"

namespace wpns::cli {
namespace {

constexpr const char* shipped = "/usr/share/wpns/templates";

void read_into(desired::Templates& templates, const host::Files& files,
               const std::string& directory) {
    for (const auto& name : files.list(directory))
        if (auto file = files.read(directory + "/" + name))
            templates[name] = std::move(file->content);
}

}  // namespace

desired::Templates read_templates(const host::Files& files, const std::string& config_dir) {
    desired::Templates templates;
    read_into(templates, files, shipped);
    if (templates.empty())
        throw Error(ErrorKind::missing, std::string("there are no templates in ") + shipped,
                    "install wpns again");
    read_into(templates, files, config_dir + "/templates");
    return templates;
}

}  // namespace wpns::cli
