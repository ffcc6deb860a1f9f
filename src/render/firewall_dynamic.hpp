#pragma once

#include <expected>
#include <span>
#include <string>

#include "model/refusals.hpp"
#include "model/resolved_target.hpp"

/// Elements of table inet wpns that come and go by themselves, as text for nft.
namespace wpns::render {

/// The statements that take `removed` out of the sets `resolved` and `resolved6` and put `put` in
/// for an hour; empty when there is nothing to do. The reason when a link or host name is none of
/// ours.
[[nodiscard]] std::expected<std::string, std::string> firewall_resolved_text(
    std::span<const ResolvedTarget> put, std::span<const ResolvedTarget> removed);

/// The statements that forget what a link was refused, whether or not it has timed out meanwhile.
[[nodiscard]] std::expected<std::string, std::string> firewall_forget_text(
    const std::string& link, const Refusals& refusals);

}  // namespace wpns::render
