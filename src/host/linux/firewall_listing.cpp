#include "host/linux/firewall_listing.hpp"

#include <linux/netfilter/nf_tables.h>

#include <cerrno>

#include "host/linux/nl_message.hpp"

namespace wpns::host::linux_os {
namespace {

std::string list_rules(NftContext& nft, const std::string& family) {
    return nft.list("list table " + family + " wpns", NftContext::Listing::rules);
}

/// "set private" as the head of its block in a listing of the table.
bool has_collection(const std::string& rules, const std::string& what) {
    return rules.find("\t" + what + " {\n") != std::string::npos;
}

}  // namespace

bool table_exists(nl::Socket& socket, NftFamily family) {
    nl::Message ask = nft_request(NFT_MSG_GETTABLE, family);
    ask.text(NFTA_TABLE_NAME, "wpns");
    const nl::Answer answer = socket.exchange(ask);
    if (answer.error != 0 && answer.error != ENOENT) nl::throw_answer("look for a table", answer);
    return answer.error == 0;
}

std::string list_fixed_part(NftContext& nft, nl::Socket& socket) {
    const std::string rules = list_rules(nft, "inet");
    std::string text = rules;
    for (const std::string set : {"set resolvers", "set private", "set private6"})
        if (has_collection(rules, set)) {
            const std::string command = "list set inet wpns " + set.substr(4);
            text += nft.list(command, NftContext::Listing::full);
        }
    return text + (table_exists(socket, NftFamily::bridge) ? list_rules(nft, "bridge") : "");
}

}  // namespace wpns::host::linux_os
