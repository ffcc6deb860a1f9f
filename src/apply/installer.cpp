#include "apply/installer.hpp"

#include <chrono>
#include <nlohmann/json.hpp>

#include "apply/answer.hpp"
#include "apply/sandbox.hpp"
#include "base/digest.hpp"

namespace wpns::apply {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr const char* done = "installed";

}  // namespace

std::string install_request(const Wordpress& wordpress, const Credential& credential) {
    const bool plain = credential.as == Credential::As::password;
    return json{{"url", wordpress.url},
                {"title", wordpress.title},
                {"user", wordpress.admin_user},
                {"email", wordpress.admin_email},
                {plain ? "password" : "password_hash", credential.text},
                {"set_password", plain},
                {"locale", wordpress.locale},
                {"core", wordpress.core == CoreMode::managed ? "managed" : "private"}}
        .dump();
}

host::Process::Command install_command(const std::string& sandbox, const std::string& request) {
    auto command = sandboxed(sandbox, {"/usr/bin/php", install_script}, Terminal::pipes, 180s);
    command.input = request;
    return command;
}

bool says_installed(const std::string& line) {
    return says(line, done);
}

void require_installed(const host::Process::Result& result) {
    require_answer(result, done, "the installer");
}

void mark_installed(host::Files& files, const std::string& marker) {
    File file;
    file.mode = 0600;
    files.write(marker, file);
}

std::string new_password() {
    return random_hex(12);
}

}  // namespace wpns::apply
