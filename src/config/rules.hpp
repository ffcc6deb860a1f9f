#pragma once

#include <string_view>

#include "config/refusal.hpp"

/// What a text may be, one rule per meaning. Every text of a configuration passes one of these, so
/// that no place that renders it later meets a character it has to fear. A rule never changes the
/// text.
namespace wpns::config::rules {

using Rule = Verdict (*)(std::string_view);

/// A server name: at least two labels of lower-case ASCII letters, digits and dashes; no address,
/// no localhost.
[[nodiscard]] Verdict domain(std::string_view text);
/// An e-mail address in plain ASCII.
[[nodiscard]] Verdict email(std::string_view text);
/// UTF-8 without control characters, 1 to 200 bytes: the only free text there is.
[[nodiscard]] Verdict title(std::string_view text);
/// A WordPress login name.
[[nodiscard]] Verdict user_name(std::string_view text);
/// "8.2"
[[nodiscard]] Verdict php_version(std::string_view text);
/// "de_DE_formal"
[[nodiscard]] Verdict locale(std::string_view text);
/// "Europe/Berlin"
[[nodiscard]] Verdict timezone(std::string_view text);
/// 64 lower-case hex digits.
[[nodiscard]] Verdict sha256(std::string_view text);

/// "never", "hourly", "daily", "weekly", "monthly", or a time of day such as "03:30".
[[nodiscard]] Verdict schedule(std::string_view text);

/// An absolute path in normal form of at most 200 characters out of A-Z a-z 0-9 . _ / + -
[[nodiscard]] Verdict path(std::string_view text);
/// Such a path where only root may create entries, as far as its name can tell.
[[nodiscard]] Verdict data_path(std::string_view text);
/// Where WordPress comes from: such a path outside system directories, or an https URL.
[[nodiscard]] Verdict wordpress_source(std::string_view text);
/// Where restic keeps a repository: such a path, "sftp:USER@HOST:/PATH",
/// "sftp://USER@HOST:PORT//PATH" or "s3:https://HOST:PORT/BUCKET/PATH". Never with a secret in it.
[[nodiscard]] Verdict repository(std::string_view text);

/// A name of a network device.
[[nodiscard]] Verdict device(std::string_view text);
/// A name of a group: as that of a site.
[[nodiscard]] Verdict group(std::string_view text);
/// "80", "192.0.2.1:80" or "[2001:db8::1]:80".
[[nodiscard]] Verdict listen(std::string_view text);
/// An IPv6 address in hex groups, without zone and without a dotted quad.
[[nodiscard]] bool is_ipv6(std::string_view text);

}  // namespace wpns::config::rules
