#include <algorithm>
#include <set>
#include <tuple>

#include "base/digest.hpp"
#include "config/characters.hpp"
#include "config/checks.hpp"
#include "config/config.hpp"

namespace wpns::config {
namespace {

constexpr std::string_view ending = ".toml";

/// A small pool keeps a smaller part for bridges than the /24 of a /16.
Cidr default_reserved(const Cidr& pool) {
    const unsigned prefix = std::clamp(pool.prefix() + 8, 24U, 30U);
    return Cidr::of(pool.network(), std::max(prefix, pool.prefix()));
}

void append(std::vector<Problem>& all, const Report& report) {
    all.insert(all.end(), report.problems().begin(), report.problems().end());
}

void read_host(const Source& source, Config& config) {
    Document document(source);
    config.host_digest = sha256_hex(source.text);
    document.read(config.host);
    if (document.has("network.pool") && !document.has("network.reserved"))
        config.host.reserved = default_reserved(config.host.pool);
    check_host_values(document, config.host);
    check_site_values(document, "site.", config.host.site_defaults);
    check_source(document, "site.", config.host.site_defaults, config.host);
    append(config.problems, document.report());
}

std::expected<SiteName, std::string> name_of(const std::string& file) {
    std::string_view base = std::string_view(file).substr(file.rfind('/') + 1);
    if (!base.ends_with(ending)) return std::unexpected("does not end in .toml");
    base.remove_suffix(ending.size());
    return SiteName::parse(base);
}

/// What follows from the site's name and domain where the file is silent.
void fill_in(const SiteName& name, SiteConfig& values) {
    if (values.title.empty()) {
        values.title = name.str();
        values.title.front() = static_cast<char>(values.title.front() - 'a' + 'A');
    }
    if (values.admin_email.empty() && !values.domain.empty())
        values.admin_email = "admin@" + values.domain;
}

void read_values(Document& document, SiteConfig& values) {
    // A checksum from [site] belongs to the source from [site].
    if (document.has("wordpress.source")) values.wordpress.sha256.clear();
    document.read(values);
    if (document.parsed() && !document.has("domain"))
        document.report().add({1, 1},
                              {"the key domain is missing", "write domain = \"site.example\""});
    check_site_values(document, {}, values);
}

void read_site(const Source& source, Config& config, std::vector<SiteFile>& sites) {
    Document document(source);
    SiteConfig values = config.host.site_defaults;
    read_values(document, values);
    const auto name = name_of(source.file);
    if (!name) {
        document.report().add({0, 0},
                              {"the name of the file is no site name: it " + name.error(), {}});
        return append(config.problems, document.report());
    }
    fill_in(*name, values);
    sites.push_back({*name, std::move(document), std::move(values), sha256_hex(source.text)});
}

void keep(std::vector<SiteFile> sites, Config& config) {
    std::map<SiteName, std::string> files;
    for (auto& site : sites) {
        const auto [first, added] = files.try_emplace(site.name, site.document.report().file());
        if (!added)
            site.document.report().add(
                {0, 0}, {"the site " + site.name.str() + " is also in " + first->second, {}});
        append(config.problems, site.document.report());
        const auto& warnings = site.document.report().warnings();
        config.warnings.insert(config.warnings.end(), warnings.begin(), warnings.end());
        config.digests.insert_or_assign(site.name, std::move(site.digest));
        config.sites.insert_or_assign(site.name, std::move(site.values));
    }
}

}  // namespace

Config read(const std::optional<Source>& host_file, const std::vector<Source>& site_files) {
    Config config;
    if (host_file) read_host(*host_file, config);
    const bool host_is_sound = config.problems.empty();
    std::vector<SiteFile> sites;
    sites.reserve(site_files.size());
    for (const auto& source : site_files) read_site(source, config, sites);
    check_across(sites, config.host, host_is_sound);
    keep(std::move(sites), config);
    std::ranges::stable_sort(config.problems, {}, [](const Problem& problem) {
        return std::tie(problem.file, problem.line, problem.column);
    });
    return config;
}

}  // namespace wpns::config
