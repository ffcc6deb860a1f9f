#include "plan/settled.hpp"

#include <algorithm>

#include "base/digest.hpp"
#include "model/names.hpp"
#include "model/registry_text.hpp"

namespace wpns::plan {
namespace {

/// What of a path counts.
enum class Part { all, owner, existence, none };

/// What is below a directory changes all the time, and is no matter of its own.
Part part_of(Kind kind) {
    switch (kind) {
        case Kind::file:
        case Kind::vhost:
        case Kind::wordpress:
            return Part::all;
        case Kind::directory:
            return Part::owner;
        case Kind::database:
            return Part::existence;
        default:
            return Part::none;
    }
}

/// Bytes that no two different lists of values share.
class Bytes {
  public:
    Bytes& number(std::uint64_t value) {
        for (unsigned shift = 0; shift < 64; shift += 8)
            bytes_ += static_cast<char>(value >> shift & 0xffU);
        return *this;
    }
    Bytes& text(std::string_view text) {
        number(text.size());
        bytes_ += text;
        return *this;
    }
    [[nodiscard]] std::string digest() const { return sha256_hex(bytes_); }

  private:
    std::string bytes_;
};

constexpr std::uint32_t type_bits = 0170000;
constexpr std::uint32_t directory_type = 0040000;

void put(Bytes& out, const Stamp& stamp, Part part) {
    out.number(part == Part::existence ? stamp.mode & type_bits : stamp.mode);
    if (part == Part::existence) return;
    out.number(stamp.uid).number(stamp.gid);
    if (part == Part::owner) return;
    out.number(stamp.device).number(stamp.inode).number(stamp.links).number(stamp.size);
    out.number(static_cast<std::uint64_t>(stamp.mtime));
    out.number(static_cast<std::uint64_t>(stamp.ctime));
}

/// What a site that rests can do without is well whether it runs or not, as in make_plan: it comes
/// and goes.
bool may_sleep(const Origin& origin, const ResourceKey& key) {
    return key.kind == Kind::unit && origin.record.on_demand() &&
           names::is_of_awake(origin.name, key.id);
}

void put(Bytes& out, const Origin& origin, const ResourceKey& key, const Resource* found) {
    const auto* unit = found == nullptr ? nullptr : std::get_if<Unit>(found);
    out.number(unit != nullptr && unit->failed ? 1 : 0);
    if (may_sleep(origin, key)) {
        out.number(unit != nullptr && unit->enabled ? 1 : 0);
        return;
    }
    out.number(found == nullptr ? 0 : 1);
    if (found != nullptr) out.text(digest_of(key, *found));
}

/// What the file that says so is about is in one of two places, and no more than one of them is
/// there.
bool may_be_owed(const ResourceKey& key) {
    return key.kind == Kind::wordpress;
}

}  // namespace

std::vector<std::string> stamped_paths(const SiteRecord& record) {
    std::vector<std::string> paths;
    for (const auto& [key, digest] : record.resources) {
        if (part_of(key.kind) == Part::none) continue;
        paths.push_back(key.id);
        if (may_be_owed(key)) paths.push_back(names::owed_dir + ("/" + key.site));
    }
    return paths;
}

std::vector<ResourceKey> observed_keys(const SiteRecord& record) {
    std::vector<ResourceKey> keys;
    for (const auto& [key, digest] : record.resources)
        if (part_of(key.kind) == Part::none) keys.push_back(key);
    return keys;
}

std::string fingerprint(const Origin& origin, const Stamps& stamps, const Observed& observed) {
    Bytes bytes;
    bytes.text(origin.world).text(origin.file).text(to_text(origin.name, origin.record));
    auto stamp = stamps.of.begin();
    for (const auto& [key, digest] : origin.record.resources) {
        const Part part = part_of(key.kind);
        if (part == Part::none) {
            const auto found = observed.find(key);
            put(bytes, origin, key, found == observed.end() ? nullptr : &found->second);
        } else {
            for (int paths = may_be_owed(key) ? 2 : 1; paths > 0; --paths, ++stamp) {
                bytes.number(*stamp ? 1 : 0);
                if (*stamp) put(bytes, **stamp, part);
            }
        }
    }
    return bytes.digest();
}

/// Two seconds: so coarse are the times of some file systems.
bool is_reliable(const Stamps& stamps) {
    constexpr std::int64_t grain = 2'000'000'000;
    return std::ranges::all_of(stamps.of, [&](const auto& stamp) {
        return !stamp || (stamp->mode & type_bits) == directory_type ||
               std::max(stamp->ctime, stamp->mtime) < stamps.taken - grain;
    });
}

bool agree(const SiteRecord& record, const Stamps& stamps, const Observed& observed) {
    auto stamp = stamps.of.begin();
    for (const auto& [key, digest] : record.resources) {
        if (part_of(key.kind) == Part::none) continue;
        const auto& now = *stamp++;
        if (may_be_owed(key)) ++stamp;
        if (part_of(key.kind) == Part::all) continue;
        const auto found = observed.find(key);
        if ((found == observed.end()) != !now) return false;
        const auto* seen = now ? std::get_if<Directory>(&found->second) : nullptr;
        if (seen != nullptr && *seen != Directory{now->uid, now->gid, now->mode & ~type_bits})
            return false;
    }
    return true;
}

}  // namespace wpns::plan
