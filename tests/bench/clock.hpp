#pragma once

#include <chrono>
#include <cstdio>
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

}  // namespace wpns::bench
