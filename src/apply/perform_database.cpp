#include <algorithm>
#include <functional>
#include <future>

#include "apply/crowd.hpp"
#include "apply/parallel.hpp"
#include "apply/perform.hpp"
#include "apply/sandbox.hpp"
#include "base/text.hpp"
#include "model/names.hpp"

namespace wpns::apply {
namespace {

using namespace std::chrono_literals;

/// The last lines of what a failed program said, in one line.
std::string tail_of(const host::Process::Result& result) {
    const std::string text = result.out + result.err;
    constexpr std::size_t longest = 600;
    return printable(
        trim(text.size() > longest ? std::string_view(text).substr(text.size() - longest) : text));
}

std::string tools_of(const std::string& image) {
    return image.substr(0, image.rfind('-') + 1);
}

/// Images that another MariaDB or another installer has made are of no use to any new site.
void remove_outdated(host::Files& files, const std::string& image) {
    for (const auto& name : files.list(names::images_dir)) {
        const std::string other = std::string(names::images_dir) + "/" + name;
        if (tools_of(other) != tools_of(image)) files.purge_trusted_tree(other);
    }
}

/// Made in DATA/mysql.new as the database account of the first site that wants it, then copied to a
/// place that only root can look into. A run that ends before that leaves nothing that looks like
/// an image.
void make_image(Context& context, const plan::Action& action) {
    const auto& database = std::get<Database>(*action.after);
    auto& files = context.host.files;
    const std::string staging = action.key.id + ".new";
    if (files.is_directory(staging)) files.purge_tree(staging, database.uid);
    files.make_directory(staging, Directory{database.uid, database.uid, 0700});
    auto command = sandboxed(database.sandbox, database.argv, Terminal::pipes, 300s);
    command.input = database.input;
    check_database_made(files, staging, context.host.process.run(command));
    remove_outdated(files, database.image);
    // Two thirds of a new InnoDB are zeros.
    files.clone_tree(staging, database.uid, database.image, 0, host::Zeros::dig);
    files.purge_tree(staging, database.uid);
}

std::string data_of(const plan::Action& action) {
    return action.key.id.substr(0, action.key.id.rfind('/'));
}

/// What a new site with the managed core gets a copy of: its directory is empty so far.
struct Content {
    std::string from;
    std::string to;
};

/// With a core of its own the site owns the directory above, in which nothing is looked for.
bool has_place(const host::Files& files, const std::string& directory) {
    try {
        return files.is_directory(directory);
    } catch (const Error&) {
        return false;
    }
}

std::vector<Content> contents_of(const host::Files& files, Batch batch) {
    std::vector<Content> contents;
    for (const auto* action : batch) {
        const std::string to = data_of(*action) + "/www/wp-content";
        const auto core = std::ranges::find(action->needs, Kind::core, &ResourceKey::kind);
        if (core != action->needs.end() && has_place(files, to))
            contents.push_back({core->id + "/wp-content", to});
    }
    return contents;
}

struct Clones {
    std::vector<const plan::Action*> databases;
    Errors errors;                  ///< of the images, by position
    std::vector<Content> contents;  ///< a failure is no matter: the installer copies it, too
};

/// All at once, databases first.
Errors clone_all(host::Files& files, Clones clones) {
    const std::size_t count = clones.databases.size();
    Errors made = in_parallel(count + clones.contents.size(), [&](std::size_t i) {
        if (i >= count) {
            const Content& content = clones.contents[i - count];
            return files.fill_directory(content.from, content.to);
        }
        const auto& database = std::get<Database>(*clones.databases[i]->after);
        if (clones.errors[i].empty())
            files.clone_tree(database.image, 0, clones.databases[i]->key.id, database.uid,
                             host::Zeros::keep);
    });
    made.resize(count);
    fill_in(clones.errors, made);
    return clones.errors;
}

}  // namespace

void check_database_made(const host::Files& files, const std::string& staging,
                         const host::Process::Result& result) {
    if (result.status != 0)
        throw Error(ErrorKind::failed, "no database was made (status " +
                                           std::to_string(result.status) + "): " + tail_of(result));
    const auto made = files.list(staging);
    for (const char* name : {"mysql", "wordpress", "ibdata1"})
        if (std::ranges::find(made, name) == made.end())
            throw Error(ErrorKind::failed,
                        "the new database has no " + std::string(name) + ": " + tail_of(result));
}

bool can_be_cloned(const Context& context, const plan::Action& action) {
    const auto& files = context.host.files;
    return action.verb == plan::Verb::create &&
           files.is_directory(std::get<Database>(*action.after).image) &&
           files.is_directory(data_of(action));
}

/// Images one after the other, clones side by side.
Errors perform_databases(Context& context, Batch batch) {
    const Errors errors = for_each(batch, [&](const plan::Action& action) {
        if (!context.host.files.is_directory(std::get<Database>(*action.after).image))
            make_image(context, action);
    });
    auto& files = context.host.files;
    Clones clones{{batch.begin(), batch.end()}, errors, {}};
    // Of a crowd most are owed their installation, and so their files.
    if (!is_crowd(batch.size())) clones.contents = contents_of(files, batch);
    for (const auto* action : batch) context.cloned.insert(action->key.site);
    const std::shared_future<Errors> made =
        std::async(std::launch::async, clone_all, std::ref(files), clones);
    context.later.push_back({clones.databases, [made] { return made.get(); }});
    return Errors(batch.size());
}

}  // namespace wpns::apply
