#include "verify/rows.hpp"

namespace wpns::verify {
namespace {

constexpr Wall own_schema{"the site's database user does more than its own schema needs",
                          "SHOW GRANTS as that user (wpns exec NAME -- mariadb); it has ALL on "
                          "wordpress.* and nothing else"};
constexpr Wall files{"the database reads or writes files, or loads code, for the site",
                     "SHOW GRANTS: no FILE; my.cnf of the site: secure-file-priv, local-infile"};
constexpr Wall accounts{"the database lets in somebody else than the site's user",
                        "SELECT User, Host, plugin FROM mysql.user as the database's root"};
/// Without FILE, MariaDB 10.11 names the missing right for INTO OUTFILE (1227) and denies LOAD DATA
/// as it denies a login (1698: the account has no password); 11.8 does so for both. A failed login
/// does not get this far: that is "could not run".
constexpr const char* no_right_to_write_files = "1227|1698";
constexpr const char* no_right_to_read_files = "1698";
/// A right on a table of the server's own, on a whole schema, or on the server is missing.
constexpr const char* no_right_on_table = "1142";
constexpr const char* no_right_on_schema = "1044";
constexpr const char* no_right_on_server = "1227";
/// The account takes its own uid only; its host is no account's at all.
constexpr const char* other_account = "1698";
constexpr const char* no_such_host = "1130";
constexpr Wall works{"WordPress cannot use its database", "wpns status NAME; journalctl of mysqld"};

using enum Who;

/// Asked as the site's database user over its socket, from the sandbox of `wpns exec`.
const std::vector<Probe> on_database = {
    {"D01",
     {sql},
     "own schema",
     "sql CREATE TEMPORARY TABLE wordpress.wpns_verify (a INT)",
     "ok",
     Control::works,
     &works},
    {"D02",
     {sql},
     "schemas that are visible",
     "sql SHOW DATABASES",
     "information_schema,wordpress",
     Control::none,
     &own_schema},
    {"D02a",
     {sql},
     "accounts of the database",
     "sql SELECT User FROM mysql.global_priv",
     no_right_on_table,
     Control::none,
     &own_schema},
    {"D02b",
     {sql},
     "users whose queries are visible",
     "sql SELECT DISTINCT USER FROM information_schema.PROCESSLIST",
     "wordpress",
     Control::works,
     &own_schema},
    {"D02c",
     {sql},
     "rights on everything",
     "sql SELECT PRIVILEGE_TYPE FROM information_schema.USER_PRIVILEGES",
     "USAGE",
     Control::works,
     &own_schema},
    {"D02d",
     {sql},
     "schemas with rights",
     "sql SELECT DISTINCT TABLE_SCHEMA FROM information_schema.SCHEMA_PRIVILEGES",
     "wordpress",
     Control::works,
     &own_schema},
    {"D03",
     {sql},
     "LOAD_FILE",
     "sql SELECT LOAD_FILE('/etc/passwd')",
     "NULL",
     Control::none,
     &files},
    {"D03a",
     {sql},
     "INTO OUTFILE",
     "sql SELECT 1 INTO OUTFILE '/tmp/wpns-verify'",
     no_right_to_write_files,
     Control::none,
     &files},
    {"D03b",
     {sql},
     "LOAD DATA INFILE",
     "sql LOAD DATA INFILE '/etc/passwd' INTO TABLE wordpress.wpns_verify",
     no_right_to_read_files,
     Control::none,
     &files},
    {"D05",
     {sql},
     "INSTALL SONAME",
     "sql INSTALL SONAME 'wpns_verify'",
     no_right_on_table,
     Control::none,
     &files},
    {"D05a",
     {sql},
     "function from a library",
     "sql CREATE FUNCTION wpns_verify RETURNS STRING SONAME 'wpns_verify.so'",
     no_right_on_schema,
     Control::none,
     &files},
    {"D05b",
     {sql},
     "log file of its choice",
     "sql SET GLOBAL general_log_file = '/tmp/x'",
     no_right_on_server,
     Control::none,
     &files},
    {"D05c",
     {sql},
     "new database user",
     "sql CREATE USER wpns_verify",
     no_right_on_server,
     Control::none,
     &own_schema},
    {"D07",
     {sql},
     "root over the socket",
     "login root socket",
     other_account,
     Control::none,
     &accounts},
    {"D07a",
     {sql},
     "root over TCP without a password",
     "login root tcp",
     no_such_host,
     Control::none,
     &accounts},
    {"D07b",
     {sql},
     "nobody's name over TCP",
     "login - tcp",
     no_such_host,
     Control::none,
     &accounts},
    {"D07c",
     {sql},
     "schema test",
     "sql CREATE TABLE test.wpns_verify (a INT)",
     no_right_on_table,
     Control::none,
     &accounts},
};

}  // namespace

std::vector<Probe> database_rows() {
    return on_database;
}

}  // namespace wpns::verify
