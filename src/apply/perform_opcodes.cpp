#include "apply/perform.hpp"
#include "apply/sandbox.hpp"

namespace wpns::apply {

using namespace std::chrono_literals;

/// The compiler runs as an account that owns nothing and sees the core alone; root makes the files
/// from what it writes, as it does with an archive.
Errors perform_opcodes(Context& context, Batch batch) {
    return for_each(batch, [&](const plan::Action& action) {
        if (action.verb == plan::Verb::remove)
            return context.host.files.purge_trusted_tree(action.key.id);
        const auto& opcodes = std::get<Opcodes>(*action.after);
        context.host.archives.make_plain_tree(
            sandboxed(opcodes.unit, opcodes.argv, Terminal::pipes, 300s), action.key.id);
    });
}

}  // namespace wpns::apply
