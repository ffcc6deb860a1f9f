#include "apply/asked_installer.hpp"

#include <utility>

#include "apply/installer.hpp"

namespace wpns::apply {

AskedInstaller::AskedInstaller(const host::Host& host, const std::string& socket,
                               host::Process::Command sandboxed)
    : host_(host), sandboxed_(std::move(sandboxed)) {
    const auto asked = [&](const char* script, const std::string& body) {
        return std::async(std::launch::async,
                          [&web = host.web, socket, script, body, patience = sandboxed_.timeout] {
                              return web.printed_at(socket, script, body, patience);
                          });
    };
    answer_ = asked(install_script, sandboxed_.input);
    loaded_ = asked(load_script, "{}");
}

std::optional<std::string> AskedInstaller::first_line() {
    const std::string& answer = answer_.get();
    if (says_installed(answer)) return answer;
    if (!instead_) instead_ = host_.process.begin(sandboxed_);
    return instead_->first_line();
}

host::Process::Result AskedInstaller::wait() {
    (void)first_line();
    if (instead_) return instead_->wait();
    return {0, answer_.get(), ""};
}

}  // namespace wpns::apply
