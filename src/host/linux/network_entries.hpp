#pragma once

#include "host/linux/nl_message.hpp"

/// The heads of what a link gets in both families; addresses are appended by who asks.
namespace wpns::host::linux_os {

constexpr int put_flags = NLM_F_CREATE | NLM_F_REPLACE;

/// A permanent neighbour of a link: NDA_DST and NDA_LLADDR are missing.
[[nodiscard]] nl::Message permanent_neighbour(int family, int link);
/// Whether a gateway has to be in a network of the link.
enum class Gateway { in_network, anywhere };
/// The default route of the main table through a link: RTA_GATEWAY is missing.
[[nodiscard]] nl::Message default_route(int family, int link,
                                        Gateway gateway = Gateway::in_network);

}  // namespace wpns::host::linux_os
