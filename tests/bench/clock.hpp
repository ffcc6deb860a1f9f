#pragma once

#include <chrono>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>

/// What every measuring program of this folder shares.
namespace wpns::bench {

/// Prints "name,variant,size,seconds" of one run of `work`: a line of the table.
template <typename Work>
void measure(const std::string& name, const std::string& variant, unsigned size, Work&& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::printf("%s,%s,%u,%.6f\n", name.c_str(), variant.c_str(), size, took.count());
    std::fflush(stdout);
}

/// The number of sites, the only argument of each program.
inline unsigned size_of(int argc, char** argv) {
    if (argc != 2) throw std::invalid_argument("one argument: the number of sites");
    return static_cast<unsigned>(std::stoul(argv[1]));
}

/// What main returns after `run` was measured with that many sites; what went wrong goes to stderr.
inline int run_main(int argc, char** argv, void (*run)(unsigned size)) {
    try {
        run(size_of(argc, argv));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}

}  // namespace wpns::bench
