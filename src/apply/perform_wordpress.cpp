#include <map>
#include <nlohmann/json.hpp>

#include "apply/answer.hpp"
#include "apply/crowd.hpp"
#include "apply/parallel.hpp"
#include "apply/perform.hpp"
#include "apply/sandbox.hpp"
#include "base/digest.hpp"
#include "model/names.hpp"

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

/// The first page of a new site, by its own web server: the host's nginx does not know it yet.
void show_first_page(const host::Host& host, const plan::Action& action) {
    const auto site = SiteName::parse(action.key.site);
    const std::string& url = std::get<Wordpress>(*action.after).url;
    const std::string name = url.substr(url.find("://") + 3);
    const int status = site ? host.web.status_at(names::web_socket(*site), name, 30s) : 0;
    if (status != 0 && status < 500) return;
    throw Error(ErrorKind::failed,
                status == 0 ? "its first page does not come"
                            : "its first page is answered by status " + std::to_string(status));
}

/// In a crowd, while the databases of a turn are awake: else each would start twice.
void show_first_pages(Context& context, Batch part, Errors& errors) {
    const auto is_due = [&](std::size_t i) {
        return errors[i].empty() && may_rest(context, part[i]->key.site);
    };
    const Errors shown = in_parallel(part.size(), [&](std::size_t i) {
        if (is_due(i)) show_first_page(context.host, *part[i]);
    });
    for (std::size_t i = 0; i < part.size(); ++i) {
        if (!is_due(i)) continue;
        errors[i] = shown[i];
        if (errors[i].empty()) context.seen.insert(part[i]->key.site);
    }
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
    return in_turns(context, batch, [&](Batch part) {
        Errors errors = run_programs(context.host, part, prepare, finish);
        if (is_crowd(batch.size())) show_first_pages(context, part, errors);
        return errors;
    });
}

}  // namespace wpns::apply
