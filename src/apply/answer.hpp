#pragma once

#include <string>

#include "host/host.hpp"

namespace wpns::apply {

/// What a PHP program of ours says at its end is one JSON object in which `done` is true. Throws
/// Error{failed} with what it said instead; `program` is for that text.
void require_answer(const host::Process::Result& result, const char* done,
                    const std::string& program);

/// True for such an object in which `done` is true.
[[nodiscard]] bool says(const std::string& text, const char* done);

}  // namespace wpns::apply
