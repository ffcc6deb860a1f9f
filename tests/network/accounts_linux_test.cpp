#include "host/linux/accounts_linux.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <future>
#include <thread>

#include "host/linux/process_linux.hpp"
#include "network/files_fixture.hpp"

namespace wpns::host::linux_os {
namespace {

using Found = std::map<std::string, Account>;

constexpr std::uint32_t kNotOurs = 0x8000'0000;

class AccountsTest : public ::testing::Test {
  protected:
    void SetUp() override { WPNS_NEEDS_THROWAWAY_HOST(); }

    [[nodiscard]] Found find(std::vector<std::string> names) const { return accounts->find(names); }

    static void add_line(const std::string& path, const std::string& line) {
        std::ofstream(path, std::ios::app) << line << '\n';
    }

    /// One account as somebody else may have made it.
    static void add(const std::string& name, const std::string& ids, const std::string& home,
                    const std::string& shell, const std::string& password, const std::string& gid) {
        add_line("/etc/passwd", name + ":x:" + ids + "::" + home + ":" + shell);
        add_line("/etc/shadow", name + ":" + password + ":19000::::::");
        add_line("/etc/group", name + ":x:" + gid + ":");
    }

    std::unique_ptr<Process> process = make_process();
    std::unique_ptr<Accounts> accounts = make_accounts(*process);
};

TEST_F(AccountsTest, CreatesFindsAndRemoves) {
    const Found wanted = {{"wp-site-a", {412}}, {"wp-site-a-db", {413}}};
    accounts->create(wanted);
    EXPECT_EQ(find({"wp-site-a", "wp-site-a-db", "wp-none"}), wanted);
    const auto taken = accounts->taken_ids();
    EXPECT_TRUE(std::ranges::is_sorted(taken));
    for (const std::uint32_t id : {0U, 412U, 413U}) EXPECT_TRUE(std::ranges::count(taken, id) == 1);
    accounts->create(wanted);  // there already: nothing to do
    for (const auto& [name, account] : wanted) accounts->remove(name);
    EXPECT_TRUE(find({"wp-site-a", "wp-site-a-db"}).empty());
    EXPECT_EQ(std::ranges::count(accounts->taken_ids(), 412U), 0);
    accounts->remove("wp-site-a");  // absent is fine
}

/// All entries of that name in a file of accounts.
std::ptrdiff_t entries(const std::string& path, const std::string& name) {
    std::ifstream file(path);
    std::ptrdiff_t count = 0;
    for (std::string line; std::getline(file, line);) count += line.starts_with(name + ":") ? 1 : 0;
    return count;
}

// A power cut in the middle of userdel, which changes passwd, shadow, group and gshadow in that
// order.
TEST_F(AccountsTest, CreatesWhatIsHalfRemoved) {
    add_line("/etc/shadow", "wp-cut-1:!*:19000::::::");
    add_line("/etc/group", "wp-cut-1:x:531:");
    add_line("/etc/gshadow", "wp-cut-1:!*::");
    add_line("/etc/group", "wp-cut-2:x:532:");
    add_line("/etc/gshadow", "wp-cut-2:!*::");
    add_line("/etc/gshadow", "wp-cut-3:!*::");
    const Found wanted = {{"wp-cut-1", {531}}, {"wp-cut-2", {532}}, {"wp-cut-3", {533}}};
    accounts->create(wanted);
    EXPECT_EQ(find({"wp-cut-1", "wp-cut-2", "wp-cut-3"}), wanted);
    for (const auto& [name, account] : wanted) {
        for (const char* path : {"/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow"})
            EXPECT_EQ(entries(path, name), 1) << path << " " << name;
        accounts->remove(name);
    }
}

// Who changes accounts replaces passwd first and shadow a moment later.
TEST_F(AccountsTest, LooksAgainWhereAnotherIsHalfThroughAChange) {
    add_line("/etc/passwd", "wp-half:x:540:540::/nonexistent:/usr/sbin/nologin");
    const auto rest = std::async(std::launch::async, [] {
        std::this_thread::sleep_for(std::chrono::milliseconds(60));
        add_line("/etc/group", "wp-half:x:540:");
        add_line("/etc/shadow", "wp-half:!*:19000::::::");
    });
    EXPECT_EQ(find({"wp-half"}), (Found{{"wp-half", {540}}}));
}

TEST_F(AccountsTest, OnlyAccountsAsWeMakeThemAreOurs) {
    const std::string none = "/nonexistent", shell = "/usr/sbin/nologin";
    add("wp-good", "501:501", none, shell, "!*", "501");
    add("wp-star", "502:502", none, "/sbin/nologin", "*", "502");
    add("wp-gid", "503:504", none, shell, "!", "504");
    add("wp-home", "505:505", "/home/wp-home", shell, "!", "505");
    add("wp-shell", "506:506", none, "/bin/bash", "!", "506");
    add("wp-open", "507:507", none, shell, "$6$salt$hash", "507");
    add("wp-empty", "508:508", none, shell, "", "508");
    add("wp-group", "509:509", none, shell, "!", "510");
    add_line("/etc/passwd", "wp-noshadow:x:511:511::/nonexistent:/usr/sbin/nologin");
    add_line("/etc/group", "wp-noshadow:x:511:");
    add("wp-inpasswd", "512:512", none, shell, "!", "512");
    add_line("/etc/passwd", "wp-plain::513:513::/nonexistent:/usr/sbin/nologin");
    const Found expected = {
        {"wp-good", {501}},
        {"wp-star", {502}},
        {"wp-gid", {503 | kNotOurs}},
        {"wp-home", {505 | kNotOurs}},
        {"wp-shell", {506 | kNotOurs}},
        {"wp-open", {507 | kNotOurs}},
        {"wp-empty", {508 | kNotOurs}},
        {"wp-group", {509 | kNotOurs}},
        {"wp-noshadow", {511 | kNotOurs}},
        {"wp-inpasswd", {512}},
        {"wp-plain", {513 | kNotOurs}},
        {"root", {0 | kNotOurs}},
    };
    std::vector<std::string> names;
    for (const auto& [name, account] : expected) names.push_back(name);
    EXPECT_EQ(find(names), expected);
    EXPECT_EQ(error_of([&] { accounts->remove("wp-shell"); }), ErrorKind::conflict);
    EXPECT_EQ(find({"wp-shell"}).size(), 1U);
}

TEST_F(AccountsTest, RefusesNumbersAndNamesOfOthers) {
    add("human", "520:521", "/home/human", "/bin/bash", "!", "521");
    for (const std::uint32_t id : {520U, 521U}) {
        std::string message;
        EXPECT_EQ(error_of(
                      [&] {
                          accounts->create({{"wp-new", {id}}});
                      },
                      &message),
                  ErrorKind::conflict);
        EXPECT_NE(message.find("human"), std::string::npos) << message;
        EXPECT_TRUE(find({"wp-new"}).empty());
    }
    // The name is there with another number: systemd-sysusers keeps it and says nothing.
    add("wp-taken", "530:530", "/nonexistent", "/usr/sbin/nologin", "!", "530");
    EXPECT_EQ(error_of([&] { accounts->create({{"wp-taken", {531}}}); }), ErrorKind::conflict);
    EXPECT_EQ(find({"wp-taken"}), (Found{{"wp-taken", {530}}}));
}

TEST_F(AccountsTest, RefusesNamesThatAreNoPlainWords) {
    for (const std::string name : {"", "-x", "1a", "a b", "a\nb", "a:b", "%u", "A", "a_b",
                                   "wp-01234567890123456789012345678"}) {
        EXPECT_EQ(error_of([&] { accounts->create({{name, {540}}}); }), ErrorKind::bug) << name;
        EXPECT_EQ(error_of([&] { accounts->remove(name); }), ErrorKind::bug) << name;
    }
}

TEST_F(AccountsTest, RemovesAGroupThatIsLeftAlone) {
    add_line("/etc/group", "wp-left:x:550:");
    accounts->remove("wp-left");
    EXPECT_EQ(std::ranges::count(accounts->taken_ids(), 550U), 0);
}

TEST_F(AccountsTest, CreatesManyAtOnce) {
    Found wanted;
    for (unsigned i = 0; i < 200; ++i) wanted["wp-many-" + std::to_string(i)] = Account{600000 + i};
    accounts->create(wanted);
    std::vector<std::string> names;
    for (const auto& [name, account] : wanted) names.push_back(name);
    EXPECT_EQ(find(names), wanted);
}

}  // namespace
}  // namespace wpns::host::linux_os
