#include "apply/registry_file.hpp"

#include "base/digest.hpp"
#include "base/error.hpp"
#include "model/names.hpp"
#include "model/registry_text.hpp"

namespace wpns::apply {
namespace {

Error damaged(const std::string& reason) {
    return Error(ErrorKind::conflict,
                 "the registry " + RegistryFile::path() + " cannot be used: " + reason,
                 "nothing was changed; wpns registry rebuild proposes one from what is left");
}

}  // namespace

RegistryFile::RegistryFile(host::Files& files) : files_(files) {}

std::string RegistryFile::path() {
    return std::string(names::state_dir) + "/registry.toml";
}

Registry RegistryFile::load() const {
    if (const auto file = files_.read(path())) {
        auto registry = parse_registry(file->content);
        if (!registry) throw damaged(registry.error());
        return std::move(*registry);
    }
    Registry registry;
    registry.lineage = random_hex(16);
    return registry;
}

void RegistryFile::require_complete(const Registry& registry, const std::string& data_dir) const {
    if (registry.serial == 0 && !files_.list(data_dir).empty())
        throw damaged("it is missing, but there are sites in " + data_dir);
}

void RegistryFile::save(Registry& registry) {
    if (!rotated_) {
        for (const auto& [from, to] : {std::pair{".1", ".2"}, std::pair{"", ".1"}})
            if (auto old = files_.read(path() + from)) files_.write(path() + to, *old);
        rotated_ = true;
    }
    // As the package makes it: whose sites are here is nobody's business.
    if (!files_.is_directory(names::state_dir))
        files_.make_directory(names::state_dir, Directory{0, 0, 0700});
    ++registry.serial;
    File file;
    file.content = to_text(registry);
    file.mode = 0600;
    files_.write(path(), file);
}

}  // namespace wpns::apply
