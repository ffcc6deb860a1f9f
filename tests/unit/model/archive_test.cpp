#include "model/archive.hpp"

#include <gtest/gtest.h>

#include "model/checked_text.hpp"

namespace wpns {
namespace {

ArchiveRecord sample_record() {
    return {ArchiveKind::replaced,
            *SiteName::parse("site-a"),
            "20261122T055500Z-2",
            "shop.example.com",
            {*Cidr::parse("10.10.1.0/30"), 400, 401, std::string(64, 'a')}};
}

TEST(ArchiveName, IsReadBack) {
    for (const char* text :
         {"site-a-20261122T055500Z", "a-20261122T055500Z-2", "a-1-20261122T055500Z",
          "abcdefghijklmnopqrstuvwx-20261122T055500Z-99999"}) {
        const auto name = ArchiveName::parse(text);
        ASSERT_TRUE(name) << text;
        EXPECT_EQ(name->str(), text);
    }
    EXPECT_EQ(ArchiveName::parse("site-a-20261122T055500Z")->site.str(), "site-a");
    EXPECT_EQ(ArchiveName::parse("site-a-20261122T055500Z-2")->stamp, "20261122T055500Z-2");
}

TEST(Stamp, IsOlderByTimeThenByNumber) {
    const char* in_order[] = {"20261122T055500Z", "20261122T055500Z-2", "20261122T055500Z-10",
                              "20261122T055501Z"};
    for (std::size_t i = 0; i < std::size(in_order); ++i)
        for (std::size_t j = 0; j < std::size(in_order); ++j)
            EXPECT_EQ(is_older(in_order[i], in_order[j]), i < j) << i << " " << j;
}

TEST(ArchiveName, RefusesEverythingElse) {
    for (const char* text : {"",
                             ".",
                             "..",
                             "T",
                             "site-a",
                             "20261122T055500Z",
                             "-20261122T055500Z",
                             "../site-a-20261122T055500Z",
                             "site-a-20261122T055500Z/",
                             "site-a-20261122T055500Z/..",
                             "site-a20261122T055500Z",
                             "Site-20261122T055500Z",
                             "site-a-20261122T055500",
                             "site-a-20261122t055500Z",
                             "site-a-2026112T055500Z",
                             "site-a-20261122T055500Z-",
                             "site-a-20261122T055500Z-02",
                             "site-a-20261122T055500Z-2x",
                             "site-a-20261122T055500Z-123456",
                             ".site-a-20261122T055500Z",
                             "site-a--20261122T055500Z",
                             "root-20261122T055500Z"})
        EXPECT_FALSE(ArchiveName::parse(text)) << text;
}

TEST(ArchiveRecord, IsReadBack) {
    const auto record = parse_archive_record(to_text(sample_record()));
    ASSERT_TRUE(record) << record.error();
    EXPECT_EQ(*record, sample_record());
}

TEST(ArchiveRecord, RefusesNumbersThatNoSiteHas) {
    const auto text_with = [](std::uint64_t uid, const char* subnet, const char* reason) {
        return CheckedText("archive 1")
            .text("reason", reason)
            .text("site", "site-a")
            .text("created", "20261122T055500Z")
            .text("domain", "a.example")
            .text("subnet", subnet)
            .number("uid", uid)
            .number("db_uid", 401)
            .text("seed", std::string(64, 'a'))
            .str();
    };
    EXPECT_TRUE(parse_archive_record(text_with(400, "10.10.1.0/30", "removed")));
    EXPECT_FALSE(parse_archive_record(text_with(0, "10.10.1.0/30", "removed")));
    EXPECT_FALSE(parse_archive_record(text_with(4294967295, "10.10.1.0/30", "removed")));
    EXPECT_FALSE(parse_archive_record(text_with(400, "10.10.1.0/24", "removed")));
    EXPECT_FALSE(parse_archive_record(text_with(400, "10.10.1.0/30", "stolen")));
}

}  // namespace
}  // namespace wpns
