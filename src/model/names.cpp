#include "model/names.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/digest.hpp"

namespace wpns::names {
namespace {

constexpr std::size_t longest_link = 15;  // IFNAMSIZ - 1

unsigned hex_value(char digit) {
    return static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

/// Eight base32 digits: the first 40 bits of the SHA-256.
std::string short_hash(const std::string& text) {
    constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    const std::string hex = sha256_hex(text);
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < 10; ++i) bits = bits << 4 | hex_value(hex[i]);
    std::string digits;
    for (int shift = 35; shift >= 0; shift -= 5) digits += alphabet[bits >> shift & 31];
    return digits;
}

LinkName link(const char* prefix, const std::string& name) {
    const std::string full = prefix + name;
    if (full.size() <= longest_link) return {full, full};
    return {prefix + ("_" + short_hash(name)), full};
}

/// As one level of a slice's name, in which a dash leads to the next one.
std::string escaped(const SiteName& site) {
    std::string text;
    for (const char c : site.str()) text += c == '-' ? std::string("\\x2d") : std::string(1, c);
    return text;
}

}  // namespace

std::string core_id(const std::string& sha256) {
    constexpr std::size_t digits = 16;
    return "sha256-" + sha256.substr(0, digits);
}

std::string account(const SiteName& site) {
    return "wp-" + site.str();
}
std::string db_account(const SiteName& site) {
    return account(site) + "-db";
}
std::string rendered_dir(const SiteName& site) {
    return rendered_root + ("/" + site.str());
}
std::string owed_path(const SiteName& site) {
    return owed_dir + ("/" + site.str());
}
std::string run_dir(const SiteName& site) {
    return "/run/wpns/" + site.str();
}
std::string web_socket(const SiteName& site) {
    return run_dir(site) + "/http.sock";
}

std::string php_socket(const SiteName& site) {
    return run_dir(site) + "/php.sock";
}

std::string netns_path(const SiteName& site) {
    return "/run/netns/" + site.str();
}
std::string vhost_path(const SiteName& site) {
    return vhost_dir + ("/" + site.str() + ".conf");
}

std::string unit(const SiteName& site, const std::string& role, const std::string& type) {
    return "wpns-" + role + "@" + site.str() + "." + type;
}

bool is_of_awake(const SiteName& site, const std::string& unit) {
    return unit == names::unit(site, "mysqld", "service") ||
           unit == names::unit(site, "php", "service") ||
           unit == names::unit(site, "web", "service") || unit == database_port(site);
}

std::string database_port(const SiteName& site) {
    return unit(site, "mysqld-tcp", "socket");
}

std::string target(const SiteName& site) {
    return "wpns@" + site.str() + ".target";
}

std::string slice(const SiteName& site) {
    return "wpns-" + escaped(site) + ".slice";
}

std::string listening_slice(std::uint32_t uid) {
    constexpr std::uint32_t numbers = 32;  // two a site
    return "system-wpns\\x2dsockets-" + std::to_string(uid / numbers) + ".slice";
}

std::string staging_slice(const SiteName& site) {
    return "wpns-" + escaped(site) + "-restore.slice";
}

std::string proof_slice(const SiteName& site) {
    return "wpns-_proof-" + escaped(site) + ".slice";
}

std::string repository_slice(const SiteName& site) {
    return "wpns-_repository-" + escaped(site) + ".slice";
}

LinkName host_link(const SiteName& site) {
    return link("veth0-", site.str());
}
LinkName site_link(const SiteName& site) {
    return link("veth1-", site.str());
}

LinkName bridge(const std::string& group) {
    return link("wpbr-", group);
}
Mac bridge_mac() {
    return Mac::derive("bridge");
}

Mac host_mac(const SiteName& site) {
    return Mac::derive("host " + site.str());
}
Mac site_mac(const SiteName& site) {
    return Mac::derive("site " + site.str());
}

}  // namespace wpns::names
