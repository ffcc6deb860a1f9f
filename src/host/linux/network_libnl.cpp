#include "host/linux/network_libnl.hpp"

#include <optional>

#include "base/error.hpp"
#include "base/failpoint.hpp"
#include "host/linux/netns_names.hpp"
#include "host/linux/netns_pins.hpp"
#include "host/linux/network_bridge.hpp"
#include "host/linux/network_gather.hpp"
#include "host/linux/network_pair.hpp"
#include "host/linux/nl_socket.hpp"

namespace wpns::host::linux_os {
namespace {

class LibnlNetwork : public Network {
  public:
    explicit LibnlNetwork(PinIn pin_in) : pin_in_(pin_in) {}

    [[nodiscard]] std::vector<std::string> namespaces() const override { return list_pins(); }
    [[nodiscard]] std::vector<std::string> stale_names() const override {
        return list_stale_names();
    }

    void create_namespace(const std::string& name) override {
        with_context("create network namespace " + name, [&] {
            if (pin_in_ == PinIn::host_mounts) require_host_mounts();
            create_pin(name, pins());
        });
    }

    void remove_namespace(const std::string& name) override {
        with_context("remove network namespace " + name, [&] {
            if (pin_in_ == PinIn::host_mounts) require_host_mounts();
            remove_pin(name, pins());
        });
    }

    [[nodiscard]] std::map<std::string, Link> find_links(
        std::span<const Link> wanted) const override {
        return find_pairs(socket(), wanted);
    }

    [[nodiscard]] std::map<std::string, Bridge> find_bridges(
        std::span<const Bridge> wanted) const override {
        return linux_os::find_bridges(socket(), wanted);
    }

    void ensure_bridge(const Bridge& bridge) override {
        failpoint(Failpoint::bridge_create);
        linux_os::ensure_bridge(socket(), bridge);
    }

    void remove_bridge(const std::string& name) override {
        failpoint(Failpoint::bridge_remove);
        linux_os::remove_bridge(socket(), name);
    }

    void forget_mate(const FirewallSite& site) override { linux_os::forget_mate(socket(), site); }

    void ensure_link(const Link& link) override {
        failpoint(Failpoint::link_create);
        ensure_pair(socket(), link);
    }

    [[nodiscard]] std::map<std::string, Error> remove_links(
        std::span<const std::string> host_ends) override {
        failpoint(Failpoint::link_remove);
        return remove_pairs(socket(), host_ends);
    }

    void gather(HostFacts& facts) const override { gather_network(socket(), facts); }

  private:
    [[nodiscard]] Pins pins() const {
        return pin_in_ == PinIn::host_mounts ? Pins::held : Pins::mounted;
    }

    /// Opened when first needed: most verbs that fail early never touch the network.
    [[nodiscard]] nl::Socket& socket() const {
        if (!socket_) socket_.emplace();
        return *socket_;
    }

    PinIn pin_in_;
    mutable std::optional<nl::Socket> socket_;
};

}  // namespace

std::unique_ptr<Network> make_network(PinIn pin_in) {
    return std::make_unique<LibnlNetwork>(pin_in);
}

}  // namespace wpns::host::linux_os
