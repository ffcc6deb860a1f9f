#pragma once

#include <string>

namespace wpns {

/// A chain of another program that drops what is forwarded unless a rule of its own accepts it,
/// and that has no such rule for the sites. An accept in our table cannot lift it.
struct ForwardDrop {
    enum class Owner { docker, ufw, other };

    std::string family;  ///< as nft calls it: "ip", "inet"
    std::string table;
    std::string chain;
    Owner owner = Owner::other;
    bool operator==(const ForwardDrop&) const = default;
};

}  // namespace wpns
