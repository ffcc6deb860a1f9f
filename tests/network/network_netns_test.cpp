#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "host/linux/netns.hpp"
#include "host/linux/network_state.hpp"
#include "network/world.hpp"

namespace wpns::test {
namespace {

using host::linux_os::make_network;
using host::linux_os::PinIn;
using Names = std::vector<std::string>;

class NetnsTest : public World {};

ErrorKind kind_of(const std::function<void()>& work, std::string* text = nullptr) {
    try {
        work();
    } catch (const Error& error) {
        if (text != nullptr) *text = error.message();
        return error.kind();
    }
    ADD_FAILURE() << "nothing was thrown";
    return ErrorKind::bug;
}

ino_t inode_of(const std::string& path) {
    struct stat status {};
    stat(path.c_str(), &status);
    return status.st_ino;
}

TEST_F(NetnsTest, NewOneIsThereUnderItsNameWithLoUpAndIpv6Off) {
    network->create_namespace("site-a");
    EXPECT_EQ(network->namespaces(), Names{"site-a"});
    EXPECT_NE(inode_of("/run/netns/site-a"), inode_of("/proc/self/ns/net"));
    Socket inside = socket_of("site-a");
    EXPECT_TRUE(host::linux_os::read_link(inside, "lo")->up);
    EXPECT_EQ(read_sysctl("site-a", "net/ipv6/conf/all/disable_ipv6"), "1");
    EXPECT_EQ(read_sysctl("site-a", "net/ipv6/conf/default/disable_ipv6"), "1");
    EXPECT_EQ(read_sysctl("site-a", "net/ipv6/conf/lo/disable_ipv6"), "1");
}

TEST_F(NetnsTest, CreateLeavesTheCallerWhereItWas) {
    const ino_t before = inode_of("/proc/thread-self/ns/net");
    network->create_namespace("site-a");
    EXPECT_EQ(inode_of("/proc/thread-self/ns/net"), before);
    EXPECT_EQ(inode_of("/proc/self/ns/net"), before);
    EXPECT_EQ(read_sysctl("", "net/ipv6/conf/default/disable_ipv6"), "0");
}

TEST_F(NetnsTest, CreateAgainKeepsTheNamespaceAndPutsItRight) {
    network->create_namespace("site-a");
    const ino_t before = inode_of("/run/netns/site-a");
    write_sysctl("site-a", "net/ipv6/conf/all/disable_ipv6", "0");
    Socket inside = socket_of("site-a");
    set_down(inside, "lo");
    network->create_namespace("site-a");
    EXPECT_EQ(inode_of("/run/netns/site-a"), before);
    EXPECT_EQ(read_sysctl("site-a", "net/ipv6/conf/lo/disable_ipv6"), "1");
    EXPECT_TRUE(host::linux_os::read_link(inside, "lo")->up);
}

TEST_F(NetnsTest, StalePlainFileIsNoNamespaceAndIsReplaced) {
    network->create_namespace("site-a");
    std::ofstream("/run/netns/site-b").flush();
    EXPECT_EQ(network->namespaces(), Names{"site-a"});
    network->create_namespace("site-b");
    EXPECT_EQ(network->namespaces(), (Names{"site-a", "site-b"}));
}

TEST_F(NetnsTest, SymlinkAndDirectoryOfThatNameAreRefused) {
    network->create_namespace("site-a");
    std::filesystem::create_symlink("/nowhere", "/run/netns/site-b");
    std::filesystem::create_directory("/run/netns/site-c");
    EXPECT_EQ(kind_of([&] { network->create_namespace("site-b"); }), ErrorKind::conflict);
    EXPECT_EQ(kind_of([&] { network->create_namespace("site-c"); }), ErrorKind::conflict);
    EXPECT_TRUE(std::filesystem::is_symlink("/run/netns/site-b"));
    EXPECT_TRUE(std::filesystem::is_directory("/run/netns/site-c"));
    std::filesystem::remove("/run/netns/site-b");
    std::filesystem::remove("/run/netns/site-c");
}

TEST_F(NetnsTest, RemoveTakesNameAndNamespaceAndIsFineWithNothing) {
    network->create_namespace("site-a");
    network->remove_namespace("site-a");
    EXPECT_EQ(network->namespaces(), Names{});
    EXPECT_FALSE(std::filesystem::exists("/run/netns/site-a"));
    EXPECT_NO_THROW(network->remove_namespace("site-a"));
    std::ofstream("/run/netns/site-a").flush();
    network->remove_namespace("site-a");
    EXPECT_FALSE(std::filesystem::exists("/run/netns/site-a"));
}

/// Lines of /proc/self/mountinfo for the directory of the names.
Names directory_mounts() {
    Names found;
    std::ifstream mounts("/proc/self/mountinfo");
    for (std::string line; std::getline(mounts, line);)
        if (line.find(" /run/netns ") != std::string::npos) found.push_back(line);
    return found;
}

TEST_F(NetnsTest, DirectoryBecomesASharedMountOnce) {
    network->create_namespace("site-a");
    const Names once = directory_mounts();
    ASSERT_FALSE(once.empty());
    EXPECT_NE(once.back().find("shared:"), std::string::npos) << once.back();
    network->create_namespace("site-b");
    EXPECT_EQ(directory_mounts(), once);
}

TEST_F(NetnsTest, ConcurrentFirstCallersDoNotRace) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([i] {
            make_network(PinIn::any_mounts)->create_namespace("site-" + std::to_string(i));
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(network->namespaces().size(), 8U);
}

TEST_F(NetnsTest, ProcessInAMountNamespaceOfItsOwnIsRefused) {
    if (access("/proc/1/ns/mnt", F_OK) != 0) GTEST_SKIP() << "/proc/1/ns/mnt cannot be read here";
    std::string text;
    const auto strict = make_network(PinIn::host_mounts);
    EXPECT_EQ(kind_of([&] { strict->create_namespace("site-a"); }, &text), ErrorKind::conflict);
    EXPECT_NE(text.find("mount namespace"), std::string::npos) << text;
    EXPECT_EQ(network->namespaces(), Names{});
}

TEST_F(NetnsTest, MissingIsToldFromNoNamespace) {
    std::string text;
    network->create_namespace("site-a");
    EXPECT_EQ(kind_of([&] { network->ensure_link(link_of("gone")); }, &text), ErrorKind::missing);
    EXPECT_NE(text.find("/run/netns/gone is not there"), std::string::npos) << text;
    std::ofstream("/run/netns/stale").flush();
    EXPECT_EQ(kind_of([&] { network->ensure_link(link_of("stale")); }, &text), ErrorKind::missing);
    EXPECT_NE(text.find("no network namespace"), std::string::npos) << text;
    std::filesystem::remove("/run/netns/stale");
}

TEST_F(NetnsTest, NameWithASlashIsABug) {
    EXPECT_EQ(kind_of([&] { network->create_namespace("../x"); }), ErrorKind::bug);
}

TEST_F(NetnsTest, NoDescriptorIsLeftOpen) {
    const auto count = [] {
        namespace fs = std::filesystem;
        return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator{});
    };
    const Link link = link_of("site-a");
    network->create_namespace("site-a");
    network->ensure_link(link);
    const auto before = count();
    for (int i = 0; i < 5; ++i) {
        network->create_namespace("site-a");
        network->ensure_link(link);
        EXPECT_EQ(network->find_links(std::vector{link}).size(), 1U);
        EXPECT_ANY_THROW(network->ensure_link(link_of("gone")));
    }
    EXPECT_EQ(count(), before);
}

}  // namespace
}  // namespace wpns::test
