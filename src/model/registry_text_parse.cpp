#include <algorithm>
#include <cstdint>
#include <future>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "base/digest.hpp"
#include "model/bit_rate.hpp"
#include "model/connection_limits.hpp"
#include "model/registry_lists.hpp"
#include "model/registry_text.hpp"
#include "model/toml.hpp"

namespace wpns {
namespace {

constexpr std::int64_t schema = 1;

bool is_hex(std::string_view text, std::size_t digits) {
    return text.size() == digits &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Keeps the first thing that is wrong.
class Faults {
  public:
    void add(std::string reason) {
        if (first_.empty()) first_ = std::move(reason);
    }
    [[nodiscard]] const std::string& first() const { return first_; }

  private:
    std::string first_;
};

/// One table, read strictly: a getter that does not find what it wants adds a fault and returns an
/// empty value.
class Reader {
  public:
    Reader(const toml::table& table, std::string where, Faults& faults)
        : table_(table), where_(std::move(where)), faults_(faults) {}

    void only(std::initializer_list<std::string_view> known) {
        for (const auto& [key, node] : table_)
            if (std::ranges::find(known, key.str()) == known.end())
                fault("unknown key " + std::string(key.str()));
    }
    std::string text(std::string_view key) {
        const auto value = table_[key].value_exact<std::string>();
        if (!value) fault(std::string(key) + " is missing or no text");
        return value.value_or("");
    }
    std::uint64_t number(std::string_view key, std::int64_t least, std::int64_t most) {
        const auto value = table_[key].value_exact<std::int64_t>();
        if (!value)
            fault(std::string(key) + " is missing or no number");
        else if (*value < least || *value > most)
            fault(std::string(key) + " is out of range");
        return static_cast<std::uint64_t>(value.value_or(0));
    }
    std::uint32_t id(std::string_view key) {
        return static_cast<std::uint32_t>(
            number(key, 1, std::numeric_limits<std::uint32_t>::max() - 1));
    }
    /// A value that its own parser accepts.
    template <typename Value, typename Parse>
    Value parsed(std::string_view key, const Value& fallback, Parse&& parse) {
        const auto value = parse(text(key));
        if (!value) fault(std::string(key) + " makes no sense");
        return value ? *value : fallback;
    }
    /// Of a list that was taken out of the text, `lists` has the elements.
    Recorded resources(std::string_view key, const std::string& site, const RegistryLists& lists) {
        Recorded result;
        const auto* array = table_[key].as_array();
        if (array == nullptr)
            fault(std::string(key) + " is missing or no list");
        else
            for (const auto& element : *array) add_node(result, element, site);
        const auto plain = lists.lists.find(site);
        if (array != nullptr && plain != lists.lists.end())
            for (const auto line : plain->second) add_resource(result, unescaped(line), site);
        return result;
    }
    unsigned connection_limit(std::string_view key) {
        const auto limit = static_cast<unsigned>(number(key, 0, 65535));
        if (!is_connection_limit(limit)) fault(std::string(key) + " makes no sense");
        return limit;
    }
    std::uint64_t bit_rate(std::string_view key) {
        return number(key, bit_rate_least, bit_rate_most);
    }
    bool flag(std::string_view key) {
        const auto value = table_[key].value_exact<bool>();
        if (!value) fault(std::string(key) + " is neither true nor false");
        return value.value_or(false);
    }
    [[nodiscard]] bool has(std::string_view key) const { return table_.contains(key); }
    std::vector<AllowTarget> allow_list(std::string_view key) {
        std::vector<AllowTarget> result;
        if (!has(key)) return result;
        const auto* array = table_[key].as_array();
        if (array == nullptr) fault(std::string(key) + " is no list");
        for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
            const auto target = AllowTarget::parse((*array)[i].value_or(std::string()));
            if (target)
                result.push_back(*target);
            else
                fault(std::string(key) + " makes no sense");
        }
        return result;
    }
    void fault(const std::string& reason) { faults_.add(where_ + reason); }

  private:
    static std::string unescaped(std::string_view text) {
        std::string result(text);
        for (auto at = result.find('\\'); at != std::string::npos; at = result.find('\\', at + 1))
            result.erase(at, 1);
        return result;
    }
    void add_node(Recorded& result, const toml::node& element, const std::string& site) {
        const auto* text = element.as_string();
        if (text == nullptr) return fault("a resource that is no text");
        add_resource(result, text->get(), site);
    }
    void add_resource(Recorded& result, std::string_view line, const std::string& site) {
        const auto first = line.find(' ');
        const auto last = line.rfind(' ');
        const auto kind = parse_kind(line.substr(0, first));
        const bool whole = kind && last > first + 1 && last != std::string_view::npos;
        const auto digest = line.substr(whole ? last + 1 : line.size());
        if (!is_hex(digest, 16) && digest != pending)
            return fault("no resource: " + std::string(line));
        ResourceKey key{*kind, std::string(line.substr(first + 1, last - first - 1)), site};
        // The writer's order is the map's: the hint makes this linear.
        if (const auto size = result.size();
            result.emplace_hint(result.end(), std::move(key), digest), result.size() == size)
            fault("twice the same resource: " + std::string(line));
    }

    const toml::table& table_;
    std::string where_;
    Faults& faults_;
};

std::optional<std::string> parse_seed(std::string text) {
    return is_hex(text, 64) ? std::optional(std::move(text)) : std::nullopt;
}

SiteRecord read_site(Reader in, const std::string& name, const RegistryLists& lists) {
    in.only({"domain", "subnet", "subnet6", "group", "address", "uid", "db_uid", "seed", "mtu",
             "egress", "allow", "source_address", "connections", "mac", "up", "down", "idle_after",
             "parked", "resources"});
    SiteRecord site;
    site.domain = in.text("domain");
    site.allocation.subnet = in.parsed("subnet", site.allocation.subnet, &Cidr::parse);
    if (in.has("group")) {
        site.allocation.group = in.text("group");
        site.allocation.address = in.parsed("address", Ipv4{}, &Ipv4::parse);
    }
    if (const auto fault = fault_of(site.allocation); !fault.empty()) in.fault(fault);
    if (in.has("subnet6"))
        site.allocation.subnet6 = in.parsed("subnet6", Cidr6::of({}, 128), &Cidr6::parse);
    site.allocation.uid = in.id("uid");
    site.allocation.db_uid = in.id("db_uid");
    site.allocation.seed = in.parsed("seed", std::string(), parse_seed);
    site.network.mtu = static_cast<unsigned>(in.number("mtu", 0, 65535));
    site.network.egress = in.parsed("egress", Egress::none, parse_egress);
    site.network.allow = in.allow_list("allow");
    if (in.has("source_address"))
        site.network.source_address = in.parsed("source_address", Ipv4{}, &Ipv4::parse);
    if (in.has("connections")) site.network.connections = in.connection_limit("connections");
    if (in.has("mac")) site.network.mac = in.parsed("mac", Mac{}, &Mac::parse);
    if (in.has("up")) site.network.up = in.bit_rate("up");
    if (in.has("down")) site.network.down = in.bit_rate("down");
    if (in.has("idle_after"))
        site.idle_after = static_cast<unsigned>(in.number("idle_after", 1, 1U << 30U));
    if (in.has("parked")) site.parked = in.flag("parked");
    site.resources = in.resources("resources", name, lists);
    return site;
}

void read_sites(const toml::table& root, const RegistryLists& lists, Registry& registry,
                Faults& faults) {
    if (!root.contains("sites")) return;
    const auto* sites = root["sites"].as_table();
    if (sites == nullptr) return faults.add("sites is no table");
    for (const auto& [key, node] : *sites) {
        const std::string text(key.str());
        const auto name = SiteName::parse(text);
        const auto* table = node.as_table();
        if (!name || table == nullptr) return faults.add("no site: " + text);
        const Reader in(*table, "[sites." + text + "]: ", faults);
        registry.sites.emplace(*name, read_site(in, text, lists));
    }
}

void read_tombstones(const toml::table& root, Registry& registry, Faults& faults) {
    if (!root.contains("tombstones")) return;
    const auto* tombstones = root["tombstones"].as_array();
    if (tombstones == nullptr) return faults.add("tombstones is no list of tables");
    for (const auto& node : *tombstones) {
        if (!node.is_table()) return faults.add("tombstones is no list of tables");
        Reader in(*node.as_table(), "[[tombstones]]: ", faults);
        in.only({"site", "uid", "db_uid", "archive"});
        registry.tombstones.push_back(
            {in.text("site"), in.id("uid"), in.id("db_uid"), in.text("archive")});
    }
}

/// Two sites with one account or one subnet would not be apart.
void refuse_shared(const Registry& registry, Faults& faults) {
    std::set<std::uint32_t> ids;
    std::set<Ipv4> addresses;
    std::map<Cidr, std::string> subnets;
    std::map<Cidr6, std::string> subnets6;
    std::set<std::string> archives;
    for (const auto& [name, site] : registry.sites) {
        const auto& given = site.allocation;
        if (!ids.insert(given.uid).second || !ids.insert(given.db_uid).second)
            faults.add("[sites." + name.str() + "]: an account number is given twice");
        const auto [first, added] = subnets.try_emplace(given.subnet, given.group);
        if (!added && (given.group.empty() || first->second != given.group))
            faults.add("[sites." + name.str() + "]: " + given.subnet.str() + " is given twice");
        if (!addresses.insert(given.site_address()).second)
            faults.add("[sites." + name.str() + "]: " + given.site_address().str() +
                       " is given twice");
        if (!given.subnet6) continue;
        const auto [first6, added6] = subnets6.try_emplace(*given.subnet6, given.group);
        if (!added6 && (given.group.empty() || first6->second != given.group))
            faults.add("[sites." + name.str() + "]: " + given.subnet6->str() + " is given twice");
    }
    for (const auto& tombstone : registry.tombstones)
        if (!archives.insert(tombstone.archive).second)
            faults.add("[[tombstones]]: " + tombstone.archive + " is there twice");
}

/// The text behind the checksum, or why the checksum does not hold. The first line is compared as
/// bytes, so that no other spelling of it is taken.
std::expected<std::string_view, std::string> checked_body(std::string_view text) {
    constexpr std::string_view opening = "checksum = \"";
    constexpr std::size_t line = opening.size() + 64 + 2;  // digits, quote, newline
    if (text.empty()) return std::unexpected("the file is empty");
    if (!text.starts_with(opening) || text.size() < line || text.substr(line - 2, 2) != "\"\n")
        return std::unexpected("the first line holds no checksum");
    if (text.substr(opening.size(), 64) != sha256_hex(text.substr(line)))
        return std::unexpected("the checksum is wrong: it was cut or changed");
    return text.substr(line);
}

std::string schema_fault(const toml::table& root) {
    const auto found = root["schema"].value_exact<std::int64_t>();
    if (!found || *found < schema) return "schema is missing or makes no sense";
    if (*found == schema) return {};
    return "made by a newer wpns: schema " + std::to_string(*found) + ", this one reads " +
           std::to_string(schema);
}

/// What the tables of one part say.
struct Found {
    Registry registry{};
    std::string fault{};
};

Found read_root(const toml::table& root, const RegistryLists& lists, bool first) {
    if (auto fault = first ? schema_fault(root) : ""; !fault.empty()) return {{}, fault};
    Faults faults;
    Registry registry;
    Reader in(root, "", faults);
    if (first) {
        in.only({"schema", "lineage", "serial", "host", "sites", "tombstones"});
        registry.lineage = in.text("lineage");
        registry.serial = in.number("serial", 0, std::numeric_limits<std::int64_t>::max());
        registry.host = in.resources("host", "", lists);
    } else {
        in.only({"sites", "tombstones"});
    }
    read_sites(root, lists, registry, faults);
    read_tombstones(root, registry, faults);
    return {std::move(registry), faults.first()};
}

/// toml++ 3.4 may fall into a place that it takes for unreachable where a letter outside of ASCII
/// stands between names and values. We write those in strings alone, and a string only where a
/// value begins; the same must hold for what the parser takes for a string.
bool is_strange(std::string_view text) {
    bool in_string = false;
    unsigned equals = 0;
    char before = '\n';
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string && c == '\\') {
            ++i;
            if (i < text.size() && (static_cast<unsigned char>(text[i]) & 0x80U) != 0) return true;
        } else if (c == '"') {
            if (!in_string && std::string_view("\n=,[").find(before) == std::string_view::npos)
                return true;
            in_string = !in_string;
        } else if (c == '\n') {
            in_string = false;
            equals = 0;
        } else if (!in_string && c == '=' && ++equals > 1) {
            return true;
        } else if (!in_string && c == '[' &&
                   std::string_view("\n=,[").find(before) == std::string_view::npos) {
            return true;
        } else if (!in_string && (static_cast<unsigned char>(c) & 0x80U) != 0) {
            return true;
        }
        if (c != ' ' && c != '\t') before = c;
    }
    return false;
}

Found read_part(const RegistryPart& part, const RegistryLists& lists) {
    if (is_strange(part.text)) return {{}, "a letter or a quote stands where none is written"};
    try {
        return read_root(toml::parse(part.text), lists, &part == lists.parts.data());
    } catch (const toml::parse_error& error) {
        // The first line of the file is not in what was split.
        const auto line = part.first_line + error.source().begin.line + 1;
        return {{}, "line " + std::to_string(line) + ": " + std::string(error.description())};
    }
}

void add(Found part, Registry& registry, Faults& faults) {
    if (!part.fault.empty()) faults.add(part.fault);
    registry.sites.merge(part.registry.sites);
    for (const auto& [name, site] : part.registry.sites)
        faults.add("[sites." + name.str() + "] is there twice");
    std::ranges::move(part.registry.tombstones, std::back_inserter(registry.tombstones));
}

}  // namespace

std::expected<Registry, std::string> parse_registry(std::string_view text) {
    const auto body = checked_body(text);
    if (!body) return std::unexpected(body.error());
    const auto lists = split_registry(*body);
    std::vector<std::future<Found>> others;
    for (const auto& part : std::span(lists.parts).subspan(1))
        others.push_back(std::async(std::launch::async, [&] { return read_part(part, lists); }));
    auto [registry, fault] = read_part(lists.parts.front(), lists);
    if (!fault.empty()) return std::unexpected(std::move(fault));
    Faults faults;
    for (auto& other : others) add(other.get(), registry, faults);
    refuse_shared(registry, faults);
    if (!faults.first().empty()) return std::unexpected(faults.first());
    return std::move(registry);
}

}  // namespace wpns
