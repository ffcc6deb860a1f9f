#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "desired/desired.hpp"

namespace wpns::desired {
namespace {

Templates shipped() {
    Templates templates;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(WPNS_SOURCE_DIR) + "/templates")) {
        std::ifstream stream(entry.path(), std::ios::binary);
        templates[entry.path().filename()] = {std::istreambuf_iterator<char>(stream), {}};
    }
    return templates;
}

std::string nginx_file(const std::string& default_server) {
    const HostConfig host;
    HostFacts facts;
    facts.foreign_default_server = default_server;
    const auto templates = shipped();
    const auto desired = for_host({host, facts, templates}, {}, Idling::none);
    if (!desired) return desired.error();
    return std::get<Vhost>(desired->at({Kind::vhost, "/etc/nginx/conf.d/wpns.conf", ""}).value)
        .content;
}

constexpr const char* stock = R"(##
# You should look at the following URL's in order to grasp a solid understanding
server {
	listen 80 default_server;
	listen [::]:80 default_server;

	# SSL configuration
	root /var/www/html;

	# Add index.php to the list if you are using PHP
	index index.html index.htm index.nginx-debian.html;

	server_name _;

	location / {
		# First attempt to serve request as file
		try_files $uri $uri/ =404;
	}
}
)";

TEST(CatchAll, IsTheDefaultServerWhereThereIsNoOther) {
    EXPECT_NE(nginx_file("").find("listen 80 default_server;"), std::string::npos);
}

TEST(CatchAll, TakesUnknownNamesBesideTheUntouchedWelcomePage) {
    const auto text = nginx_file(stock);
    EXPECT_EQ(text.find("default_server"), std::string::npos);
    EXPECT_NE(text.find("server_name \"\" ~.;"), std::string::npos);
}

TEST(CatchAll, StaysAwayWhereTheAdminHasMadeAnotherServerTheDefault) {
    std::string own(stock);
    own.replace(own.find("/var/www/html"), 13, "/srv/intranet");
    EXPECT_EQ(nginx_file(own).find("444"), std::string::npos);
}

TEST(Host, WantsATreeForEachSourceThatThereIs) {
    const HostConfig host;
    HostFacts facts;
    facts.cores[{"/usr/share/wordpress"}] =
        CoreFact{"/usr/share/wordpress", "6.1.9", "6.1.9-abcdef01"};
    const auto templates = shipped();
    const auto desired =
        for_host({host, facts, templates}, {{"/usr/share/wordpress"}, {"/opt/none"}}, Idling::none);
    ASSERT_TRUE(desired) << desired.error();
    EXPECT_TRUE(desired->contains({Kind::core, "/var/lib/wpns/core/6.1.9-abcdef01", ""}));
    EXPECT_EQ(std::ranges::count_if(
                  *desired, [](const auto& entry) { return entry.first.kind == Kind::core; }),
              1);
}

std::expected<Desired, std::string> scheduled(const std::string& schedule,
                                              const std::string& prove = "weekly") {
    HostConfig host;
    host.backup_schedule = schedule;
    host.backup_prove = prove;
    const HostFacts facts;
    const auto templates = shipped();
    return for_host({host, facts, templates}, {}, Idling::none);
}

TEST(BackupTimer, IsThereWhenThereIsASchedule) {
    const ResourceKey file{Kind::file, "/etc/systemd/system/wpns-backup.timer", ""};
    const ResourceKey unit{Kind::unit, "wpns-backup.timer", ""};
    for (const auto& [schedule, line] :
         {std::pair{"daily", "OnCalendar=daily\n"}, {"03:30", "OnCalendar=03:30\n"}}) {
        const auto desired = scheduled(schedule);
        ASSERT_TRUE(desired) << desired.error();
        EXPECT_NE(std::get<File>(desired->at(file).value).content.find(line), std::string::npos);
        EXPECT_TRUE(std::get<Unit>(desired->at(unit).value).enabled);
    }
    const auto never = scheduled("never");
    ASSERT_TRUE(never);
    EXPECT_FALSE(never->contains(file));
    EXPECT_FALSE(never->contains(unit));
}

TEST(ProofTimer, IsThereWithASchedule) {
    const ResourceKey file{Kind::file, "/etc/systemd/system/wpns-prove.timer", ""};
    const ResourceKey unit{Kind::unit, "wpns-prove.timer", ""};
    const auto desired = scheduled("daily", "monthly");
    ASSERT_TRUE(desired) << desired.error();
    EXPECT_NE(std::get<File>(desired->at(file).value).content.find("OnCalendar=monthly\n"),
              std::string::npos);
    EXPECT_TRUE(desired->contains(unit));
    EXPECT_FALSE(scheduled("daily", "never")->contains(unit));
    EXPECT_FALSE(scheduled("never", "monthly")->contains(unit));
}

TEST(PruneTimer, IsThereWithAScheduleAndARepository) {
    const ResourceKey unit{Kind::unit, "wpns-prune.timer", ""};
    HostConfig host;
    const HostFacts facts;
    const auto templates = shipped();
    const auto has = [&] {
        return for_host({host, facts, templates}, {}, Idling::none)->contains(unit);
    };
    host.backup_schedule = "daily";
    EXPECT_FALSE(has());
    host.backup_repository = "/srv/restic";
    EXPECT_TRUE(has());
    host.backup_prune = "never";
    EXPECT_FALSE(has());
    host.backup_prune = "weekly";
    host.backup_schedule = "never";
    EXPECT_FALSE(has());
}

TEST(RepositoryUnit, HoldsNoSecretAndWritesToNothingElse) {
    HostConfig host;
    host.backup_repository = "s3:https://s3.example.com:9000/bucket/path";
    host.backup_environment_file = "/etc/wpns/s3.environment";
    const HostFacts facts;
    const auto templates = shipped();
    const Inputs inputs{host, facts, templates};
    const auto has = [](const auto& text, const char* line) {
        return text->find(std::string("\n") + line + "\n") != std::string::npos;
    };
    auto unit = repository_unit(inputs, {"wpns-_repository.slice", "/"});
    ASSERT_TRUE(unit) << unit.error();
    EXPECT_TRUE(
        has(unit, "Environment=RESTIC_REPOSITORY=s3:https://s3.example.com:9000/bucket/path"));
    EXPECT_TRUE(has(unit, "EnvironmentFile=/etc/wpns/s3.environment"));
    EXPECT_EQ(unit->find("ReadWritePaths"), std::string::npos);
    host.backup_repository = "/srv/restic";
    host.backup_environment_file = "";
    unit = repository_unit(inputs, {"wpns-_repository-a\\x2db.slice", "/var/lib/x"});
    ASSERT_TRUE(unit) << unit.error();
    EXPECT_TRUE(has(unit, "ReadWritePaths=-/srv/restic"));
    EXPECT_TRUE(has(unit, "WorkingDirectory=-/var/lib/x"));
    EXPECT_EQ(unit->find("EnvironmentFile"), std::string::npos);
}

}  // namespace
}  // namespace wpns::desired
