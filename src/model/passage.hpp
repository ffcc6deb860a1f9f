#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/address.hpp"

namespace wpns {

/// A chain of another program that drops what is forwarded unless a rule of its own accepts it. An
/// accept in our table cannot lift it.
struct ForwardDrop {
    enum class Owner { docker, ufw, firewalld, other };

    std::string family;  ///< as nft calls it: "ip", "inet"
    std::string table;
    std::string chain;
    Owner owner = Owner::other;
    bool accepted = false;  ///< a rule that it leads to lets the sites through, whoever made it
    bool ipv6 = false;      ///< it is IPv6 that does not get through
    bool operator==(const ForwardDrop&) const = default;
};

/// What we have put into another firewall, in the place that it documents for rules of the admin:
/// it lets through what the sites of this pool send, and the answers.
struct Accept {
    std::optional<Cidr> pool;  ///< observed: nothing where only a part of it is there
    bool operator==(const Accept&) const = default;
};

/// What stands between the sites and the internet besides our own table.
struct Passage {
    std::vector<ForwardDrop> drops{};
    std::optional<Accept> docker{};  ///< of ours, in chain DOCKER-USER
    std::optional<Accept> ufw{};     ///< of ours, among the rules of ufw
    bool known = true;               ///< could be looked at
    bool operator==(const Passage&) const = default;
};

}  // namespace wpns
