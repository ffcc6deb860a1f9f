#include "apply/answer.hpp"

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"

namespace wpns::apply {

namespace {

using nlohmann::json;

/// What is no JSON is no object either.
json parsed(const std::string& text) {
    return json::parse(text, nullptr, false);
}

bool is_done(const json& answer, const char* done) {
    return answer.is_object() && answer.contains(done) && answer[done].is_boolean() &&
           answer[done].get<bool>();
}

}  // namespace

bool says(const std::string& text, const char* done) {
    return is_done(parsed(text), done);
}

void require_answer(const host::Process::Result& result, const char* done,
                    const std::string& program) {
    const json answer = parsed(result.out);
    if (result.status == 0 && is_done(answer, done)) return;
    const bool explained =
        answer.is_object() && answer.contains("error") && answer["error"].is_string();
    const std::string said =
        explained ? answer["error"].get<std::string>() : result.out + result.err;
    throw Error(ErrorKind::failed, program + " ended with status " + std::to_string(result.status) +
                                       ": " + printable(trim(said.substr(0, 600))));
}

}  // namespace wpns::apply
