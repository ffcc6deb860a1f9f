#include "apply/perform.hpp"
#include "apply/sandbox.hpp"
#include "base/error.hpp"
#include "model/names.hpp"

namespace wpns::apply {
namespace {

using namespace std::chrono_literals;

/// Debian's wp-config.php and .htaccess belong to its own way of running WordPress; in an archive
/// they would be somebody's settings.
const std::vector<std::string> left_out = {"wp-config.php", ".htaccess"};

bool is_url(const Core& core) {
    return core.source.starts_with("https://");
}

host::Archives::Archive archive_of(const Core& core) {
    const std::string kept = std::string(names::downloads_dir) + "/" + core.sha256;
    return {is_url(core) ? kept : core.source, core.sha256};
}

/// To standard output; no file of settings, no other protocol, also after a redirection.
std::vector<std::string> download_command(const std::string& url) {
    return {"/usr/bin/curl",
            "--disable",
            "--silent",
            "--show-error",
            "--fail",
            "--globoff",
            "--location",
            "--max-redirs",
            "5",
            "--proto",
            "=https",
            "--proto-redir",
            "=https",
            "--connect-timeout",
            "20",
            "--max-filesize",
            "209715200",
            "--url",
            url};
}

void download(Context& context, const Core& core) {
    const auto archive = archive_of(core);
    if (context.host.archives.sha256(archive.path) == core.sha256) return;
    context.host.files.make_directory(names::downloads_dir, Directory{0, 0, 0700});
    with_context("download " + core.source, [&] {
        context.host.archives.receive(
            sandboxed(core.download, download_command(core.source), Terminal::pipes, 600s),
            archive);
    });
}

void unpack(Context& context, const Core& core, const std::string& to) {
    if (is_url(core)) download(context, core);
    const auto version = with_context("unpack " + core.source, [&] {
        return context.host.archives.make_tree(
            sandboxed(core.unpack, core.unpacker, Terminal::pipes, 300s), archive_of(core), to,
            left_out);
    });
    context.report[""].notes.push_back("WordPress " +
                                       (version.empty() ? "of unknown version" : version) +
                                       " from " + core.source + " is in " + to);
}

/// The archive goes with the tree that was made from it.
void remove_download(host::Files& files, const std::string& tree) {
    const std::string dir = names::downloads_dir;
    for (const auto& name : files.list(dir))
        if (tree.ends_with("/" + names::core_id(name))) files.remove_file(dir + "/" + name);
    if (files.list(dir).empty()) files.remove_directory(dir);
}

}  // namespace

Errors perform_cores(Context& context, Batch batch) {
    return for_each(batch, [&](const plan::Action& action) {
        if (action.verb == plan::Verb::remove) {
            context.host.files.purge_trusted_tree(action.key.id);
            return remove_download(context.host.files, action.key.id);
        }
        const auto& core = std::get<Core>(*action.after);
        if (!core.sha256.empty()) return unpack(context, core, action.key.id);
        context.host.files.copy_trusted_tree(core.source, action.key.id, left_out);
    });
}

}  // namespace wpns::apply
