#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "fakes/fake_host.hpp"

namespace wpns::fakes {

/// Puts the templates of this checkout where an installed program has them.
inline void install_templates(FakeFiles& files) {
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(WPNS_SOURCE_DIR) + "/templates")) {
        std::ifstream stream(entry.path(), std::ios::binary);
        File file;
        file.content = {std::istreambuf_iterator<char>(stream), {}};
        files.write("/usr/share/wpns/templates/" + entry.path().filename().string(), file);
    }
}

}  // namespace wpns::fakes
