#include "desired/image.hpp"

#include "base/digest.hpp"
#include "base/text.hpp"
#include "model/names.hpp"

namespace wpns::desired {
namespace {

std::string short_digest(const std::string& text) {
    return sha256_hex(text).substr(0, 8);
}

}  // namespace

std::vector<std::string> dbinit_argv() {
    return {"/usr/bin/mariadb-install-db",
            "--defaults-file=/etc/wpns/my.cnf",
            "--skip-test-db",
            "--skip-name-resolve",
            "--auth-root-authentication-method=socket",
            "--auth-root-socket-user=root",
            "--extra-file=/usr/share/wpns/sql/database.sql"};
}

std::string image_path(const Site& site) {
    // The text of the template, not of the site's file: memory sizes do not show in an image.
    const auto settings = site.inputs.templates.find("my.cnf");
    const std::string text =
        settings == site.inputs.templates.end() ? std::string() : settings->second;
    return std::string(names::images_dir) + "/" +
           short_digest(site.inputs.facts.image_tools + join(dbinit_argv(), " ") + text) + "-" +
           short_digest(site.core.id + " " + site.config.wordpress.locale);
}

}  // namespace wpns::desired
