#pragma once

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "apply/perform.hpp"

namespace wpns::apply {

/// `step(i)` for every i below `count`, on as many threads as there are processors, eight at most.
/// An Error that leaves a step is its text in the result. `step` may run programs, but must not
/// touch anything shared.
template <typename Step>
[[nodiscard]] Errors in_parallel(std::size_t count, Step&& step) {
    Errors errors(count);
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t i = next++; i < count; i = next++) {
            try {
                step(i);
            } catch (const Error& error) {
                errors[i] = text_of(error);
            }
        }
    };
    const std::size_t processors = std::max(1U, std::thread::hardware_concurrency());
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < std::min({count, processors, std::size_t{8}}); ++i)
        threads.emplace_back(work);
    work();
    threads.clear();  // joins
    return errors;
}

/// A batch whose actions each run one program: `prepare` and `finish` (with the program's result)
/// one after the other, the programs at once. An action that fails in a step goes no further.
template <typename Prepare, typename Finish>
[[nodiscard]] Errors run_programs(const host::Host& host, Batch batch, Prepare&& prepare,
                                  Finish&& finish) {
    std::vector<host::Process::Command> commands(batch.size());
    std::vector<host::Process::Result> results(batch.size());
    Errors errors = for_each(batch, [&, i = std::size_t{0}](const plan::Action& action) mutable {
        auto& command = commands[i++];
        command = prepare(action);
    });
    const Errors ran = in_parallel(batch.size(), [&](std::size_t i) {
        if (errors[i].empty()) results[i] = host.process.run(commands[i]);
    });
    fill_in(errors, ran);
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (!errors[i].empty()) continue;
        errors[i] = for_each(batch.subspan(i, 1), [&](const plan::Action& action) {
                        finish(action, results[i]);
                    }).front();
    }
    return errors;
}

}  // namespace wpns::apply
