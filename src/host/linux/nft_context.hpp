#pragma once

#include <nftables/libnftables.h>

#include <memory>
#include <string>

namespace wpns::host::linux_os {

/// libnftables in process. A context belongs to the network namespace of the thread that made it,
/// and to that thread.
class NftContext {
  public:
    /// How a listing is written.
    enum class Listing {
        rules,  ///< text, without counters and without the elements of named sets
        full,   ///< text, with elements
        json,   ///< protocols as numbers
    };

    NftContext();

    /// Runs the statements as one transaction. Throws with what nft says of the first wrong one.
    void run(const std::string& statements);

    /// What "list ..." prints.
    [[nodiscard]] std::string list(const std::string& command, Listing listing);

  private:
    std::string execute(const std::string& statements, unsigned output_flags);

    struct Free {
        void operator()(nft_ctx* context) const noexcept { nft_ctx_free(context); }
    };
    std::unique_ptr<nft_ctx, Free> context_;
};

}  // namespace wpns::host::linux_os
