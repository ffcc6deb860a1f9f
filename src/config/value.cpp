#include "config/value.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace wpns::config {
namespace {

std::string type_name(const toml::node& node) {
    switch (node.type()) {
        case toml::node_type::table:
            return "a table";
        case toml::node_type::array:
            return "a list";
        case toml::node_type::string:
            return "a text";
        case toml::node_type::integer:
            return "a whole number";
        case toml::node_type::floating_point:
            return "a number with a fraction";
        case toml::node_type::boolean:
            return "true or false";
        default:
            return "a date or time";
    }
}

bool is_decimal(std::string_view raw) {
    if (raw.starts_with('-')) raw.remove_prefix(1);
    return !raw.empty() && std::ranges::all_of(raw, [](char c) { return c >= '0' && c <= '9'; });
}

using Members = std::vector<std::pair<std::string, Value>>;

void flatten(const toml::table& table, const std::string& path, const std::string& prefix,
             Report& report, Members& members) {
    for (const auto& [key, node] : table) {
        const std::string name = prefix + std::string(key.str());
        if (const auto* inner = node.as_table())
            flatten(*inner, path, name + ".", report, members);
        else
            members.emplace_back(name, Value(node, path + "." + name, report));
    }
}

}  // namespace

Place place_of(const toml::source_region& region) {
    return {static_cast<unsigned>(region.begin.line), static_cast<unsigned>(region.begin.column)};
}

std::optional<std::string> Value::text(std::string_view wanted) const {
    if (const auto* value = node_->as_string()) return value->get();
    return wrong_type(wanted);
}

std::optional<std::int64_t> Value::integer(std::string_view wanted) const {
    const auto* value = node_->as_integer();
    if (value == nullptr) return wrong_type(wanted);
    if (!is_decimal(raw()))
        return refuse({quote(raw()) + " is not written in plain decimal digits",
                       "write " + std::to_string(value->get())});
    return value->get();
}

std::optional<bool> Value::boolean(std::string_view wanted) const {
    if (const auto* value = node_->as_boolean()) return value->get();
    return wrong_type(wanted);
}

std::optional<std::vector<Value>> Value::elements(std::string_view wanted) const {
    const auto* array = node_->as_array();
    if (array == nullptr) return wrong_type(wanted);
    std::vector<Value> values;
    for (const auto& element : *array) values.emplace_back(element, path_, *report_);
    return values;
}

std::optional<Members> Value::members(std::string_view wanted) const {
    const auto* table = node_->as_table();
    if (table == nullptr) return wrong_type(wanted);
    Members members;
    flatten(*table, path_, {}, *report_, members);
    return members;
}

std::nullopt_t Value::refuse(Refusal refusal) const {
    constexpr std::size_t longest = 100;  // a name below [php.settings] can be any text
    refusal.reason = printable(path_.substr(0, longest)) + ": " + refusal.reason;
    report_->add(place_of(node_->source()), std::move(refusal));
    return std::nullopt;
}

std::nullopt_t Value::wrong_type(std::string_view wanted) const {
    Refusal refusal{type_name(*node_) + " where " + std::string(wanted) + " is expected", {}};
    if (node_->is_number() && wanted == "a text") refusal.remedy = "put it in quotes";
    if (is_text() && wanted == "a whole number" && is_decimal(node_->as_string()->get()))
        refusal.remedy = "write it without quotes";
    return refuse(std::move(refusal));
}

std::string Value::raw() const {
    const auto& region = node_->source();
    return std::string(report_->raw(place_of(region), static_cast<unsigned>(region.end.column)));
}

}  // namespace wpns::config
