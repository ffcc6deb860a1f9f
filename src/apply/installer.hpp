#pragma once

#include <string>

#include "host/files.hpp"
#include "host/process.hpp"
#include "model/resource.hpp"

/// The program that installs WordPress, share/php/install.php: it runs as the site, in its sandbox.
namespace wpns::apply {

/// How its administrator is to log in.
struct Credential {
    enum class As { password, hash };
    As as = As::password;
    std::string text;
};

/// What it reads: one JSON object. With a password one that is there already is overwritten: nobody
/// has seen it. With a hash it is left, and only the clone of an image can be installed.
[[nodiscard]] std::string install_request(const Wordpress& wordpress, const Credential& credential);

/// Paths in the sandboxes. The second loads the code of WordPress into PHP-FPM.
inline constexpr const char* install_script = "/usr/share/wpns/php/install.php";
inline constexpr const char* load_script = "/usr/share/wpns/php/load.php";

/// The command, in a sandbox by this text of a unit.
[[nodiscard]] host::Process::Command install_command(const std::string& sandbox,
                                                     const std::string& request);

/// True for its first line where everything is installed; it then only ends.
[[nodiscard]] bool says_installed(const std::string& line);

/// Throws Error{failed} with what it said where it has not installed WordPress.
void require_installed(const host::Process::Result& result);

/// Writes the file by which a run knows that WordPress is installed.
void mark_installed(host::Files& files, const std::string& marker);

/// 96 bits as hex digits: long enough for ever, and nothing that a terminal or a form could mangle.
[[nodiscard]] std::string new_password();

}  // namespace wpns::apply
