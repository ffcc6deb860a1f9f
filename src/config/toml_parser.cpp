// The code of toml++, compiled here with its assertions instead of taken from the shared library.
#define TOML_IMPLEMENTATION
#include "config/toml.hpp"
