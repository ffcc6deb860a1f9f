#pragma once

#include <cstdint>
#include <map>

#include "host/linux/nl_socket.hpp"

/// How fast packets leave by a link: one token bucket in the place of the link's queue. Both
/// directions of a site are what leaves by one end of its pair, so both are shaped alike: packets
/// wait for a moment, and a sender that fills the queue slows down. A site has no right over its
/// own end.
namespace wpns::host::linux_os {

/// The queue of a link, as far as it matters here.
struct QueueState {
    std::uint32_t handle = 0;
    bool bucket = false;       ///< a token bucket ("tbf")
    std::uint64_t rate = 0;    ///< of a bucket: bits a second
    std::uint32_t limit = 0;   ///< of a bucket: bytes that may wait
    std::uint64_t moment = 0;  ///< of a bucket: nanoseconds of the rate that may leave at once
};

/// The queues that links have instead of their own, by the link's index: one listing.
[[nodiscard]] std::map<int, QueueState> read_queues(nl::Socket& socket);

/// The rate in bits a second that a link was given; 0 where it has none of ours, 1 where it has
/// one that is not exactly as we make it.
[[nodiscard]] std::uint64_t rate_of(const QueueState& queue);

/// Gives the link that rate, or takes it away for 0, and leaves queues of others alone then. Where
/// the link has a bucket of ours, that is changed in place: nothing that waits is lost.
void correct_rate(nl::Socket& socket, int link, const QueueState& queue, std::uint64_t rate);

}  // namespace wpns::host::linux_os
