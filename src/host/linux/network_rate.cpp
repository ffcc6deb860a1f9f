#include "host/linux/network_rate.hpp"

#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "model/names.hpp"

namespace wpns::host::linux_os {
namespace {

constexpr std::uint32_t our_handle = names::link_group << 16U;
constexpr std::uint64_t nanoseconds = 1'000'000'000;

/// What may leave at once: a hundredth of a second, and never less than two of the largest packets
/// (9216 bytes), since one that is larger than the bucket would never leave.
std::uint32_t burst_of(std::uint64_t rate) {
    constexpr std::uint64_t least = 20'000;
    return static_cast<std::uint32_t>(std::max(rate / 8 / 100, least));
}

/// What may wait: a twentieth of a second and the burst, so that a full queue is hardly felt.
std::uint32_t limit_of(std::uint64_t rate) {
    return static_cast<std::uint32_t>(rate / 8 / 20) + burst_of(rate);
}

/// The kernel keeps the burst as the time that it takes at the rate, in ticks of 64 ns.
bool is_our_burst(const QueueState& queue) {
    const std::uint64_t wanted = burst_of(queue.rate) * nanoseconds / (queue.rate / 8);
    const std::uint64_t slack = wanted / 64 + 128;
    return queue.moment + slack > wanted && queue.moment < wanted + slack;
}

void take_bucket(const nlattr* options, QueueState& queue) {
    const nlattr* parms =
        nla_find(static_cast<nlattr*>(nla_data(options)), nla_len(options), TCA_TBF_PARMS);
    if (parms == nullptr || nla_len(parms) < static_cast<int>(sizeof(tc_tbf_qopt))) return;
    constexpr unsigned tick_shift = 6;  // PSCHED_SHIFT of the kernel
    const auto& bucket = *static_cast<const tc_tbf_qopt*>(nla_data(parms));
    queue.bucket = true;
    queue.rate = std::uint64_t{bucket.rate.rate} * 8;
    queue.limit = bucket.limit;
    queue.moment = std::uint64_t{bucket.buffer} << tick_shift;
}

QueueState queue_of(nlmsghdr* message) {
    nl::Attributes<TCA_MAX> found{};
    nlmsg_parse(message, sizeof(tcmsg), found.data(), TCA_MAX, nullptr);
    QueueState queue;
    queue.handle = static_cast<const tcmsg*>(nlmsg_data(message))->tcm_handle;
    const nlattr* kind = found[TCA_KIND];
    if (kind != nullptr && std::string_view(nla_get_string(kind)) == "tbf" &&
        found[TCA_OPTIONS] != nullptr)
        take_bucket(found[TCA_OPTIONS], queue);
    return queue;
}

nl::Message message_of(int type, int flags, int link) {
    nl::Message message(type, flags);
    tcmsg header{};
    header.tcm_ifindex = link;
    header.tcm_parent = TC_H_ROOT;
    header.tcm_handle = our_handle;
    message.header(header);
    return message;
}

void remove_bucket(nl::Socket& socket, int link) {
    nl::Message message = message_of(RTM_DELQDISC, 0, link);
    socket.request(message, "take the limit of link " + std::to_string(link) + " away");
}

void put_bucket(nl::Socket& socket, int link, std::uint64_t rate) {
    tc_tbf_qopt bucket{};
    bucket.rate.rate = static_cast<std::uint32_t>(rate / 8);
    bucket.rate.linklayer = TC_LINKLAYER_ETHERNET;
    bucket.limit = limit_of(rate);
    nl::Message message = message_of(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, link);
    message.text(TCA_KIND, "tbf").nest(TCA_OPTIONS, [&](nl::Message& options) {
        options.fixed(TCA_TBF_PARMS, bucket).u32(TCA_TBF_BURST, burst_of(rate));
    });
    socket.request(message, "limit link " + std::to_string(link));
}

}  // namespace

std::map<int, QueueState> read_queues(nl::Socket& socket) {
    nl::Message ask(RTM_GETQDISC, 0);
    ask.header(tcmsg{});
    std::map<int, QueueState> queues;
    socket.dump(ask, "list queues").each(RTM_NEWQDISC, [&](nlmsghdr* message) {
        const auto& header = *static_cast<const tcmsg*>(nlmsg_data(message));
        // A queue without a handle is the link's own.
        if (header.tcm_parent == TC_H_ROOT && header.tcm_handle != 0)
            queues.emplace(header.tcm_ifindex, queue_of(message));
    });
    return queues;
}

std::uint64_t rate_of(const QueueState& queue) {
    if (queue.handle != our_handle) return 0;
    const bool whole = queue.bucket && queue.rate != 0 && queue.limit == limit_of(queue.rate) &&
                       is_our_burst(queue);
    return whole ? queue.rate : 1;
}

void correct_rate(nl::Socket& socket, int link, const QueueState& queue, std::uint64_t rate) {
    if (rate_of(queue) == rate) return;
    const bool ours = queue.handle == our_handle;
    if (ours && (rate == 0 || !queue.bucket)) remove_bucket(socket, link);
    if (rate != 0) put_bucket(socket, link, rate);
}

}  // namespace wpns::host::linux_os
