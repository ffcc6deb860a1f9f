#include "render/accept_text.hpp"

#include "base/text.hpp"

namespace wpns::render {

std::string docker_accept_text(const std::vector<std::uint64_t>& old_handles,
                               const std::optional<Cidr>& pool) {
    const std::string chain = "rule ip filter DOCKER-USER ";
    std::string text;
    for (const auto handle : old_handles)
        text += "delete " + chain + "handle " + std::to_string(handle) + "\n";
    if (!pool) return text;
    for (const std::string direction : {"daddr", "saddr"})
        text += "insert " + chain + "ip " + direction + " " + pool->str() +
                " counter accept comment \"" + accept_mark + "\"\n";
    return text;
}

std::string ufw_comment(std::string_view comment) {
    return to_hex(comment);
}

}  // namespace wpns::render
