#include <algorithm>

#include "apply/parallel.hpp"
#include "apply/perform.hpp"
#include "apply/sandbox.hpp"
#include "base/text.hpp"

namespace wpns::apply {
namespace {

using namespace std::chrono_literals;

/// The last lines of what a failed program said, in one line.
std::string tail_of(const host::Process::Result& result) {
    const std::string& text = result.err.empty() ? result.out : result.err;
    constexpr std::size_t longest = 600;
    return printable(
        trim(text.size() > longest ? std::string_view(text).substr(text.size() - longest) : text));
}

/// An empty DATA/mysql.new that belongs to the database account.
void make_staging(host::Files& files, const std::string& staging, std::uint32_t uid) {
    if (files.is_directory(staging)) files.purge_tree(staging, uid);
    files.make_directory(staging, Directory{uid, uid, 0700});
}

/// Looks at what was made: mariadb-install-db ends with status 0 in some failures.
void check_made(const host::Files& files, const std::string& staging,
                const host::Process::Result& result) {
    if (result.status != 0)
        throw Error(ErrorKind::failed, "mariadb-install-db ended with status " +
                                           std::to_string(result.status) + ": " + tail_of(result));
    const auto made = files.list(staging);
    for (const char* name : {"mysql", "wordpress", "ibdata1"})
        if (std::ranges::find(made, name) == made.end())
            throw Error(ErrorKind::failed,
                        "mariadb-install-db made no " + std::string(name) + ": " + tail_of(result));
}

}  // namespace

/// Initialises in DATA/mysql.new as the database account, then gives the directory its name: a run
/// that ends before that leaves nothing that looks like a database. Each takes half a second of one
/// core, so several run at once.
Errors perform_databases(Context& context, Batch batch) {
    auto& files = context.host.files;
    const auto prepare = [&](const plan::Action& action) {
        const auto& database = std::get<Database>(*action.after);
        make_staging(files, action.key.id + ".new", database.uid);
        return sandboxed(database.sandbox, database.argv, Terminal::pipes, 180s);
    };
    const auto finish = [&](const plan::Action& action, const host::Process::Result& result) {
        check_made(files, action.key.id + ".new", result);
        files.rename(action.key.id + ".new", action.key.id);
    };
    return run_programs(context.host, batch, prepare, finish);
}

}  // namespace wpns::apply
