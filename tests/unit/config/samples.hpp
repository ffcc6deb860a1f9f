#pragma once

#include <map>
#include <string>

namespace wpns::config {

/// A valid value for every key of a site that takes a text or a list of texts; @ stands for the
/// text.
struct Sample {
    std::string text;
    std::string form = "@";
};

inline const std::map<std::string, Sample>& site_samples() {
    static const std::map<std::string, Sample> samples = {
        {"domain", {"site-a.example"}},
        {"aliases", {"www.site-a.example", "[@]"}},
        {"shadow", {"original.example"}},
        {"title", {"Site A"}},
        {"admin_user", {"admin"}},
        {"admin_email", {"admin@site-a.example"}},
        {"php.version", {"8.2"}},
        {"php.memory_limit", {"128M"}},
        {"php.upload_limit", {"64M"}},
        {"php.max_execution_time", {"60s"}},
        {"php.settings", {"Europe/Berlin", "{ \"date.timezone\" = @ }"}},
        {"mysql.memory", {"64M"}},
        {"network.subnet", {"10.10.1.0/30"}},
        {"network.group", {"shop"}},
        {"network.egress", {"open"}},
        {"network.allow", {"203.0.113.0/24:443/tcp", "[@]"}},
        {"network.source_address", {"203.0.113.2"}},
        {"network.mac", {"02:00:5e:10:00:01"}},
        {"network.bandwidth.up", {"20mbit"}},
        {"network.bandwidth.down", {"100mbit"}},
        {"limits.memory", {"512M"}},
        {"limits.cpu", {"100%"}},
        {"limits.disk", {"5G"}},
        {"wordpress.source", {"/usr/share/wordpress"}},
        {"wordpress.sha256", {"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}},
        {"wordpress.core", {"managed"}},
        {"wordpress.locale", {"de_DE_formal"}},
        {"cron.every", {"5m"}},
        {"idle.after", {"15m"}},
    };
    return samples;
}

inline const std::map<std::string, Sample>& host_samples() {
    static const std::map<std::string, Sample> samples = {
        {"network.pool", {"10.10.0.0/16"}},
        {"network.reserved", {"10.10.0.0/24"}},
        {"network.pool6", {"fd00:10:10::/48"}},
        {"network.uplink", {"eth0"}},
        {"network.dns", {"192.0.2.53", "[@]"}},
        {"paths.data_dir", {"/var/lib/wpns/sites"}},
        {"paths.archive_dir", {"/var/lib/wpns/archive"}},
        {"web.listen", {"[::]:80", "[@]"}},
        {"backup.schedule", {"03:30"}},
        {"backup.prove", {"monthly"}},
        {"backup.repository", {"sftp:backup@backup.example:/srv/restic"}},
        {"backup.password_file", {"/etc/wpns/repository.password"}},
        {"backup.environment_file", {"/etc/wpns/repository.environment"}},
        {"backup.prune", {"weekly"}},
    };
    return samples;
}

/// Keys that take numbers only.
inline const std::map<std::string, std::string>& number_samples() {
    static const std::map<std::string, std::string> samples = {
        {"php.max_children", "8"}, {"mysql.max_connections", "30"},
        {"network.mtu", "1500"},   {"network.connections", "200"},
        {"limits.tasks", "200"},   {"limits.io_weight", "200"},
    };
    return samples;
}

/// The same of the host.
inline const std::map<std::string, std::string>& host_number_samples() {
    static const std::map<std::string, std::string> samples = {{"backup.keep", "7"},
                                                               {"network.group_prefix", "28"}};
    return samples;
}

}  // namespace wpns::config
