#include "apply/registry_file.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "fakes/fake_host.hpp"

namespace wpns::apply {
namespace {

class RegistryOnDisk : public testing::Test {
  protected:
    std::uint64_t serial_in(const std::string& suffix) {
        return fake_.files.read(RegistryFile::path() + suffix) ? load_from(suffix).serial : 0;
    }
    Registry load_from(const std::string& suffix) {
        fakes::FakeHost copy;
        copy.files.write(RegistryFile::path(), *fake_.files.read(RegistryFile::path() + suffix));
        return RegistryFile(copy.files).load();
    }
    void run_saving(unsigned times) {
        RegistryFile file(fake_.files);
        auto registry = file.load();
        for (unsigned i = 0; i < times; ++i) file.save(registry);
    }
    fakes::FakeHost fake_;
};

TEST_F(RegistryOnDisk, ANewOneHasALineageAndIsOnlyRootsToRead) {
    run_saving(1);
    const auto registry = RegistryFile(fake_.files).load();
    EXPECT_EQ(registry.lineage.size(), 32U);
    EXPECT_EQ(registry.serial, 1U);
    EXPECT_EQ(fake_.files.files.at(RegistryFile::path()).mode, 0600U);
}

TEST_F(RegistryOnDisk, KeepsTheStatesBeforeTheLastTwoRuns) {
    run_saving(2);
    run_saving(3);
    run_saving(1);
    EXPECT_EQ(serial_in(""), 6U);
    EXPECT_EQ(serial_in(".1"), 5U);
    EXPECT_EQ(serial_in(".2"), 2U);
}

TEST_F(RegistryOnDisk, ADamagedOneIsNeverTakenForNoSites) {
    run_saving(1);
    for (const char* text : {"", "schema = 1\n",
                             "\x7f"
                             "ELF",
                             "schema = 99\n"}) {
        fake_.files.files.at(RegistryFile::path()).content = text;
        EXPECT_THROW((void)RegistryFile(fake_.files).load(), Error) << text;
    }
}

TEST_F(RegistryOnDisk, AMissingOneIsRefusedWhereThereAreSites) {
    const RegistryFile file(fake_.files);
    const auto registry = file.load();
    EXPECT_NO_THROW(file.require_complete(registry, "/var/lib/wpns/sites"));
    fake_.files.make_directory("/var/lib/wpns/sites/site-a", {});
    EXPECT_THROW(file.require_complete(registry, "/var/lib/wpns/sites"), Error);
}

}  // namespace
}  // namespace wpns::apply
