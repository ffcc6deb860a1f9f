#include "desired/accepts.hpp"

#include <algorithm>

#include "model/names.hpp"

namespace wpns::desired {
namespace {

bool drops(const Passage& passage, ForwardDrop::Owner owner) {
    return std::ranges::any_of(passage.drops, [&](const ForwardDrop& drop) {
        return drop.owner == owner && !drop.accepted;
    });
}

}  // namespace

std::set<std::string> accepts(const Passage& passage) {
    std::set<std::string> places;
    if (passage.docker || drops(passage, ForwardDrop::Owner::docker))
        places.insert(names::in_docker);
    if (passage.ufw || drops(passage, ForwardDrop::Owner::ufw)) places.insert(names::in_ufw);
    return places;
}

}  // namespace wpns::desired
