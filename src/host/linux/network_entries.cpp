#include "host/linux/network_entries.hpp"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

namespace wpns::host::linux_os {

nl::Message permanent_neighbour(int family, int link) {
    ndmsg header{};
    header.ndm_family = static_cast<unsigned char>(family);
    header.ndm_ifindex = link;
    header.ndm_state = NUD_PERMANENT;
    nl::Message message(RTM_NEWNEIGH, put_flags);
    message.header(header);
    return message;
}

nl::Message default_route(int family, int link, Gateway gateway) {
    rtmsg header{};
    header.rtm_family = static_cast<unsigned char>(family);
    header.rtm_table = RT_TABLE_MAIN;
    header.rtm_protocol = RTPROT_STATIC;
    header.rtm_scope = RT_SCOPE_UNIVERSE;
    header.rtm_type = RTN_UNICAST;
    if (gateway == Gateway::anywhere) header.rtm_flags = RTNH_F_ONLINK;
    nl::Message message(RTM_NEWROUTE, put_flags);
    message.header(header).u32(RTA_OIF, static_cast<std::uint32_t>(link));
    return message;
}

}  // namespace wpns::host::linux_os
