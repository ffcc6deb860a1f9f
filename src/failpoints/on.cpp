#include <unistd.h>
#include <csignal>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <iostream>
#include <string>

#include "base/error.hpp"
#include "base/failpoint.hpp"

namespace wpns {
namespace {

/// WPNS_FAILPOINT=STEP[@N]:ACTION, the Nth time (1 where it is not given) that STEP is reached;
/// "any" is every step.
struct Order {
    std::string step;
    unsigned long turn = 1;
    std::string action;
};

[[noreturn]] void refuse(const std::string& why) {
    throw Error(ErrorKind::usage, "WPNS_FAILPOINT: " + why, "wpns failpoints lists the steps");
}

Order parse(const std::string& text) {
    const auto colon = text.find(':');
    if (colon == std::string::npos) refuse("must be STEP[@N]:crash|error|enospc|eio|hang");
    Order order{text.substr(0, colon), 1, text.substr(colon + 1)};
    if (const auto at = order.step.find('@'); at != std::string::npos) {
        const char* end = order.step.data() + order.step.size();
        const auto [stop, error] = std::from_chars(order.step.data() + at + 1, end, order.turn);
        if (error != std::errc() || stop != end || order.turn == 0) refuse("@ needs a number");
        order.step.resize(at);
    }
    if (order.step != "any" &&
        std::ranges::find(failpoint_names, order.step) == failpoint_names.end())
        refuse("there is no step " + order.step);
    return order;
}

[[noreturn]] void act(const Order& order, const std::string& where) {
    // Tells a test that this run did not pass untouched, whatever becomes of the error.
    std::cerr << "failpoint: " << where << ": " << order.action << std::endl;
    if (order.action == "crash") ::kill(::getpid(), SIGKILL);
    if (order.action == "error") throw Error(ErrorKind::failed, "failpoint " + where);
    if (order.action == "enospc") throw_errno("failpoint " + where, ENOSPC);
    if (order.action == "eio") throw_errno("failpoint " + where, EIO);
    if (order.action != "hang") refuse("there is no action " + order.action);
    while (true) ::pause();
}

}  // namespace

void failpoint(Failpoint point) {
    static const char* const text = std::getenv("WPNS_FAILPOINT");
    if (text == nullptr) return;
    static const Order order = parse(text);
    static std::atomic<unsigned long> turns = 0;
    const std::string name(failpoint_names.at(static_cast<std::size_t>(point)));
    if (order.step != "any" && order.step != name) return;
    const unsigned long turn = ++turns;
    if (turn == order.turn) act(order, name + "@" + std::to_string(turn));
}

bool has_failpoints() {
    return true;
}

}  // namespace wpns
