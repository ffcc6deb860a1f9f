#pragma once

#include <string>
#include <utility>

#include "config/codec.hpp"
#include "config/keys.hpp"

namespace wpns::config {

/// A row of the table of keys. `field` gives the field of a target, const or not.
template <typename Target, typename Field, typename T>
Key<Target> row(std::string path, Scope scope, Field field, Codec<T> codec) {
    return {std::move(path), scope,
            [field, read = std::move(codec.read)](const Value& value, Target& target) {
                if (auto result = read(value)) field(target) = std::move(*result);
            },
            [field, write = std::move(codec.write)](const Target& target) {
                return write(field(target));
            }};
}

}  // namespace wpns::config

/// The field of a target as a function; `auto&` keeps its constness.
#define WPNS_FIELD(member)      \
    [](auto& target) -> auto& { \
        return target.member;   \
    }
