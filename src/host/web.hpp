#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>

#include "model/address.hpp"

namespace wpns::host {

/// A visitor of the host's web server. To be used by several threads at once.
class WebProbe {
  public:
    struct Target {
        Ipv4 address;
        std::uint16_t port = 80;
        std::string name;  ///< Host header
    };
    virtual ~WebProbe() = default;
    /// The status of `GET /`, or 0 where nobody answers within `patience`.
    [[nodiscard]] virtual int status(const Target& target, std::chrono::seconds patience) const = 0;
    /// True when the host's nginx knows the name, within `patience`. It is asked to take a body
    /// that is larger than any site's, which it refuses by itself: the site sleeps on.
    [[nodiscard]] virtual bool knows(const Target& target, std::chrono::seconds patience) const = 0;
    /// The status of `GET /` by a site's own web server at its socket, or 0 as above.
    [[nodiscard]] virtual int status_at(const std::string& socket, const std::string& name,
                                        std::chrono::seconds patience) const = 0;
    /// What a script of ours prints that a site's PHP-FPM runs at its socket, with `body` as a
    /// POST: without headers, and 64 KiB at most. Empty where nothing comes within `patience`, or
    /// the socket is not there in the first ten seconds of it. The path is that in the sandbox. May
    /// be asked by several threads.
    [[nodiscard]] virtual std::string printed_at(const std::string& socket,
                                                 const std::string& script, const std::string& body,
                                                 std::chrono::seconds patience) const = 0;
    /// The processes of the host's nginx that take connections; none where it does not run. One
    /// that was told to end takes none.
    [[nodiscard]] virtual std::set<int> workers() const = 0;
};

/// True for the answer of a site that is up: not none, and no error of the server.
[[nodiscard]] constexpr bool is_served(int status) {
    return status != 0 && status < 500;
}

/// Who comes by the sockets of the sites. Nothing runs or counts for it.
class Visits {
  public:
    virtual ~Visits() = default;
    /// How long ago somebody connected to each of these sockets, or it was made or marked. A visit
    /// since the call before counts as one of now. What is no socket is left out; Error{missing}
    /// where that cannot be known.
    [[nodiscard]] virtual std::map<std::string, std::chrono::seconds> quiet(
        std::span<const std::string> sockets) = 0;
    /// Paths of the sockets in the host's network namespace to which a connection is open or waits.
    [[nodiscard]] virtual std::set<std::string> in_use() const = 0;
    /// As if somebody came now.
    virtual void mark(std::span<const std::string> sockets) = 0;
};

}  // namespace wpns::host
