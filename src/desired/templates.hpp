#pragma once

#include <map>
#include <string>

namespace wpns::desired {

/// Template texts by file name ("wpns-php@.service"), the admin's own before the shipped ones.
using Templates = std::map<std::string, std::string>;

}  // namespace wpns::desired
