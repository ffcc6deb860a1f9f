#include "host/linux/nft_context.hpp"

#include <string_view>

#include "base/error.hpp"
#include "base/text.hpp"

namespace wpns::host::linux_os {
namespace {

constexpr std::size_t message_limit = 300;

/// nft answers with the sentence, the statement and a line of carets; statements can be very long.
std::string one_line(std::string_view message) {
    std::string text;
    for (const std::string_view line : split(message, '\n')) {
        const std::string_view part = trim(line);
        if (part.empty() || part.find_first_not_of("^ \t") == std::string_view::npos) continue;
        text += (text.empty() ? "" : " | ") + printable(part);
    }
    if (text.size() > message_limit) text = text.substr(0, message_limit) + "...";
    return text.empty() ? "nft gave no reason" : text;
}

/// The kernel answers EINVAL where nobody has registered for the messages of nf_tables.
std::string remedy_for(std::string_view message) {
    const bool missing =
        message.find("cache initialization failed: Invalid argument") != std::string_view::npos;
    return missing ? "the kernel has no nf_tables; see what 'modprobe nf_tables' says" : "";
}

}  // namespace

NftContext::NftContext() : context_(nft_ctx_new(NFT_CTX_DEFAULT)) {
    if (!context_ || nft_ctx_buffer_output(context_.get()) != 0 ||
        nft_ctx_buffer_error(context_.get()) != 0)
        throw Error(ErrorKind::failed, "start libnftables: out of memory");
}

void NftContext::run(const std::string& statements) {
    execute(statements, 0);
}

std::string NftContext::list(const std::string& command, Listing listing) {
    switch (listing) {
        case Listing::rules:
            return execute(command, NFT_CTX_OUTPUT_STATELESS | NFT_CTX_OUTPUT_TERSE);
        case Listing::full:
            return execute(command, NFT_CTX_OUTPUT_STATELESS);
        case Listing::json:
            return execute(command, NFT_CTX_OUTPUT_JSON | NFT_CTX_OUTPUT_NUMERIC_PROTO);
    }
    return {};
}

std::string NftContext::execute(const std::string& statements, unsigned output_flags) {
    nft_ctx_output_set_flags(context_.get(), output_flags);
    const int result = nft_run_cmd_from_buffer(context_.get(), statements.c_str());
    // Reading a buffer also empties it: both are read on every path.
    const std::string output = nft_ctx_get_output_buffer(context_.get());
    const std::string error = nft_ctx_get_error_buffer(context_.get());
    if (result != 0) throw Error(ErrorKind::failed, "nft: " + one_line(error), remedy_for(error));
    return output;
}

}  // namespace wpns::host::linux_os
