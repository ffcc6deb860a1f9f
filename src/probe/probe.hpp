#pragma once

#include <span>
#include <string>
#include <vector>

/// The small program that `wpns verify` runs inside a site. It tries one thing a request and says
/// what came of it: "ok", the name of an errno or a signal, or a short text. It links nothing of
/// wpns and needs no file but itself, so it runs in every sandbox.
namespace wpns::probe {

using Args = std::span<const std::string>;

/// One kind of request. `run` is called in a child of its own, so it may leave anything behind.
struct Verb {
    const char* name;
    std::size_t arguments;  ///< how many it takes
    std::string (*run)(Args);
};

/// "ok" where a call succeeded, the errno's name where `result` is negative.
[[nodiscard]] std::string outcome(long result);
/// The name of errno ("EPERM").
[[nodiscard]] std::string errno_name(int number);

[[nodiscard]] std::span<const Verb> network_verbs();
/// Frames past the addresses of the site: for a probe with the right to write them.
[[nodiscard]] std::span<const Verb> frame_verbs();
/// Frames of IPv6, whose answers go elsewhere: what was sent comes back, for who listens there.
[[nodiscard]] std::span<const Verb> frame_ipv6_verbs();
[[nodiscard]] std::span<const Verb> file_verbs();
[[nodiscard]] std::span<const Verb> process_verbs();
/// "call NAME": a system call by name, with arguments that do no harm where it is let through.
[[nodiscard]] std::span<const Verb> call_verbs();

}  // namespace wpns::probe
