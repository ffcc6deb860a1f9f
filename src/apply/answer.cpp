#include "apply/answer.hpp"

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"

namespace wpns::apply {

void require_answer(const host::Process::Result& result, const char* done,
                    const std::string& program) {
    const auto answer = nlohmann::json::parse(result.out, nullptr, false);
    const auto is_true = [&](const char* key) {
        return answer.contains(key) && answer[key].is_boolean() && answer[key].get<bool>();
    };
    if (result.status == 0 && answer.is_object() && is_true(done)) return;
    const bool explained =
        answer.is_object() && answer.contains("error") && answer["error"].is_string();
    const std::string said =
        explained ? answer["error"].get<std::string>() : result.out + result.err;
    throw Error(ErrorKind::failed, program + " ended with status " + std::to_string(result.status) +
                                       ": " + printable(trim(said.substr(0, 600))));
}

}  // namespace wpns::apply
