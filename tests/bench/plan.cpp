#include <string>

#include "bench/clock.hpp"
#include "cli/execution.hpp"
#include "cli/planning.hpp"
#include "cli/session.hpp"
#include "fakes/fake_host.hpp"
#include "fakes/shipped.hpp"

/// What `wpns plan` takes for N settled sites on a host in memory: reading the files, rendering,
/// observing and comparing, without the kernel and systemd.
namespace wpns::bench {
namespace {

void put_sites(fakes::FakeHost& host, unsigned size) {
    for (unsigned n = 0; n < size; ++n) {
        const std::string name = "site-" + std::to_string(n);
        File file;
        file.content = "domain = \"" + name + ".example\"\n";
        host.files.write("/etc/wpns/sites.d/" + name + ".toml", file);
    }
}

void sync(fakes::FakeHost& host) {
    cli::Session session({}, host.host);
    const auto planned = cli::make_plan(session, {});
    for (const auto& [site, report] : cli::execute(session, planned, {}, {}))
        for (const auto& error : report.errors) throw std::runtime_error(site + ": " + error);
}

void expect_nothing(const cli::Planned& planned) {
    if (!planned.plan.actions.empty() || !planned.site_errors.empty())
        throw std::runtime_error("the host in memory is not settled");
}

void run(unsigned size) {
    fakes::FakeHost host;
    fakes::install_templates(host.files);
    put_sites(host, size);
    sync(host);
    for (int round = 0; round < 3; ++round)
        measure("plan-in-memory", "wpns", size, [&] {
            cli::Session session({}, host.host);
            expect_nothing(cli::make_plan(session, {}));
        });
}

}  // namespace
}  // namespace wpns::bench

int main(int argc, char** argv) {
    return wpns::bench::run_main(argc, argv, wpns::bench::run);
}
