#include "cli/json.hpp"

#include <iostream>

namespace wpns::cli {

void print_json(const nlohmann::ordered_json& document) {
    using nlohmann::ordered_json;
    std::cout << document.dump(2, ' ', true, ordered_json::error_handler_t::replace) << "\n";
}

}  // namespace wpns::cli
