#include "apply/turn.hpp"

#include <exception>
#include <utility>

namespace wpns::apply {
namespace {

/// What is done is worth waiting for those who change the host.
constexpr std::chrono::hours patience_after_work{1};

}  // namespace

Turn::Turn(const host::Host& host, std::string verb, const std::vector<SiteName>& sites,
           std::chrono::seconds patience)
    : host_(host), verb_(std::move(verb)), held_(host.lock.take(verb_, sites, patience)) {}

void Turn::share(const std::function<void()>& work) {
    held_.host.reset();
    alone_ = false;
    std::exception_ptr failure;
    try {
        work();
    } catch (...) {
        failure = std::current_exception();
    }
    held_.host = host_.lock.take(verb_, patience_after_work);
    alone_ = true;
    if (failure) std::rethrow_exception(failure);
}

}  // namespace wpns::apply
