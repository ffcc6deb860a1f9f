#include "apply/accepts.hpp"

#include <string>
#include <vector>

#include "desired/accepts.hpp"
#include "desired/firewall.hpp"
#include "model/names.hpp"
#include "render/firewall_text.hpp"

namespace wpns::apply {
namespace {

std::vector<std::string> lacking(const host::Host& host, const Cidr& pool) {
    const Passage passage = host.neighbours.look(pool);
    std::vector<std::string> places;
    for (const auto& place : desired::accepts(passage)) {
        const auto& found = place == names::in_docker ? passage.docker : passage.ufw;
        if (found != Accept{pool}) places.push_back(place);
    }
    return places;
}

}  // namespace

std::optional<Cidr> recorded_pool(const host::Host& host) {
    const auto text = host.files.read(desired::firewall_file);
    return text ? render::firewall_pool(text->content) : std::nullopt;
}

bool lacks_accepts(const host::Host& host, const Cidr& pool) {
    return !lacking(host, pool).empty();
}

void put_accepts(const host::Host& host, const Cidr& pool, Registry& registry, RegistryFile& file) {
    for (const auto& place : lacking(host, pool)) {
        const ResourceKey key{Kind::accept, place, ""};
        if (registry.host.try_emplace(key, pending).second) file.save(registry);
        host.neighbours.accept(place, pool);
        registry.host.insert_or_assign(key, digest_of(key, Accept{pool}));
        file.save(registry);
    }
}

}  // namespace wpns::apply
