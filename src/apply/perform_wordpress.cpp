#include <map>
#include <nlohmann/json.hpp>

#include "apply/answer.hpp"
#include "apply/crowd.hpp"
#include "apply/parallel.hpp"
#include "apply/perform.hpp"
#include "apply/sandbox.hpp"
#include "base/digest.hpp"

namespace wpns::apply {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

/// 96 bits as hex digits: long enough for ever, and nothing that a terminal or a form could mangle.
std::string new_password() {
    return random_hex(12);
}

std::string request(const Wordpress& wordpress, const std::string& password) {
    return json{{"url", wordpress.url},
                {"title", wordpress.title},
                {"user", wordpress.admin_user},
                {"email", wordpress.admin_email},
                {"password", password},
                {"set_password", true},
                {"locale", wordpress.locale},
                {"core", wordpress.core == CoreMode::managed ? "managed" : "private"}}
        .dump();
}

}  // namespace

/// The installer runs as the site, in its sandbox. It is idempotent: where an earlier run installed
/// WordPress but did not come to the marker, nobody has seen the password yet, so a new one is set.
Errors perform_wordpress(Context& context, Batch batch) {
    const std::string& given = context.options.admin_password;
    std::map<std::string, std::string> passwords;
    const auto prepare = [&](const plan::Action& action) {
        const auto& wordpress = std::get<Wordpress>(*action.after);
        const auto& password = passwords[action.key.site] = given.empty() ? new_password() : given;
        auto command =
            sandboxed(wordpress.sandbox, {"/usr/bin/php", "/usr/share/wpns/php/install.php"},
                      Terminal::pipes, 180s);
        command.input = request(wordpress, password);
        return command;
    };
    const auto finish = [&](const plan::Action& action, const host::Process::Result& result) {
        require_answer(result, "installed", "the installer");
        if (given.empty())
            context.report[action.key.site].admin_password = passwords.at(action.key.site);
        File marker;
        marker.mode = 0600;
        context.host.files.write(action.key.id, marker);
    };
    return in_turns(context, batch,
                    [&](Batch part) { return run_programs(context.host, part, prepare, finish); });
}

}  // namespace wpns::apply
