#pragma once

#include <cstdio>
#include <cstdlib>

/// Ends the run with the input that broke a property: libFuzzer keeps it.
inline void check(bool holds, const char* property) {
    if (holds) return;
    std::fprintf(stderr, "property broken: %s\n", property);
    std::abort();
}
