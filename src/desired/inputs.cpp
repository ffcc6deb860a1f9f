#include "desired/inputs.hpp"

#include "base/digest.hpp"

namespace wpns::desired {
namespace {

/// A value behind its length, so that no two lists of values are one text.
void put(std::string& out, std::string_view text) {
    out += std::to_string(text.size()) + ":";
    out += text;
}

void put(std::string& out, const std::vector<std::string>& texts) {
    put(out, std::to_string(texts.size()));
    for (const auto& text : texts) put(out, text);
}

void put(std::string& out, const std::vector<Ipv4>& addresses) {
    put(out, std::to_string(addresses.size()));
    for (const Ipv4 address : addresses) put(out, address.str());
}

void put(std::string& out, const PhpFact& php) {
    const auto& [version, fpm, cli, modules, zend_modules, system_id, build] = php;
    for (const auto* text : {&version, &fpm, &cli, &system_id, &build}) put(out, *text);
    put(out, modules);
    put(out, zend_modules);
}

void put(std::string& out, const CoreFact& core) {
    const auto& [source, version, id, sha256] = core;
    for (const auto* text : {&source, &version, &id, &sha256}) put(out, *text);
}

/// All fields by name: one that is added does not compile until somebody has decided here. What
/// only new sites and the host as a whole are made from is left out: routes come and go.
void put(std::string& out, const HostFacts& facts) {
    const auto& [php, mariadbd, image_tools, opcode_tools, nginx, uplink, uplink_mtu, used, bridges,
                 addresses, resolvers, foreign_default_server, cores, group_ids, no_quotas, program,
                 boot, missing, passage] = facts;
    for (const auto* text :
         {&mariadbd, &image_tools, &opcode_tools, &nginx, &no_quotas, &program, &boot})
        put(out, *text);
    put(out, std::to_string(uplink_mtu));
    put(out, std::to_string(php.size()));
    for (const auto& one : php) put(out, one);
    put(out, addresses);
    put(out, resolvers);
    for (const auto& [source, core] : cores) {
        put(out, source.source);
        put(out, source.sha256);
        put(out, core ? "+" : "-" + core.error());
        if (core) put(out, *core);
    }
    for (const auto& [group, id] : group_ids) put(out, group + " " + std::to_string(id));
    (void)uplink;
    (void)used;
    (void)bridges;
    (void)foreign_default_server;
    (void)missing;
    (void)passage;
}

}  // namespace

std::string digest_of(const Inputs& inputs, std::string_view host_file) {
    std::string text;
    put(text, host_file);
    for (const auto& [name, content] : inputs.templates) {
        put(text, name);
        put(text, content);
    }
    put(text, inputs.facts);
    return sha256_hex(text);
}

}  // namespace wpns::desired
