#include "render/template.hpp"

#include <algorithm>
#include <cctype>
#include <functional>

#include "base/text.hpp"
#include "render/parse.hpp"
#include "render/value_rule.hpp"

namespace wpns::render {

Values& Values::set(std::string hole, std::string value) {
    scalars_[std::move(hole)] = std::move(value);
    return *this;
}

Values& Values::set(std::string hole, std::uint64_t value) {
    return set(std::move(hole), std::to_string(value));
}

Values& Values::set_key(std::string hole, std::string key) {
    keys_[std::move(hole)] = std::move(key);
    return *this;
}

Values& Values::set_list(std::string hole, std::vector<std::string> values) {
    lists_[std::move(hole)] = std::move(values);
    return *this;
}

Values& Values::set_fragment(std::string hole, std::string rendered) {
    fragments_[std::move(hole)] = std::move(rendered);
    return *this;
}

/// Fills one template. With `Mode::shape` every value becomes "x": the text that the structure is
/// taken from.
class Renderer {
  public:
    enum class Mode { real, shape };

    Renderer(Format format, const Values& values, Mode mode)
        : format_(format), values_(values), mode_(mode) {}

    /// The filled text; `error()` says what was wrong, empty when nothing was.
    std::string run(std::string_view text) {
        std::string result;
        unsigned number = 0;
        auto lines = split(text, '\n');
        if (!lines.empty() && lines.back().empty()) lines.pop_back();
        for (const auto line : lines) {
            ++number;
            result += fill_line(line);
            if (!error_.empty()) {
                error_ = "line " + std::to_string(number) + ": " + error_;
                return {};
            }
        }
        return result;
    }

    [[nodiscard]] const std::string& error() const { return error_; }

  private:
    std::string fill_line(std::string_view line) {
        if (line.find("{{") == std::string_view::npos) return std::string(line) + "\n";
        const std::string* list_hole = nullptr;
        const auto holes = holes_of(line);
        for (const auto& hole : holes) {
            if (values_.fragments_.contains(hole)) return fragment(line, hole);
            if (!values_.lists_.contains(hole)) continue;
            if (list_hole != nullptr) return fail("two lists on one line");
            list_hole = &hole;
        }
        if (list_hole != nullptr) return repeat(line, *list_hole);
        return substitute(line, [&](const std::string& hole) { return scalar(hole); });
    }

    std::string fragment(std::string_view line, const std::string& hole) {
        if (trim(line) != "{{" + hole + "}}")
            return fail("the fragment {{" + hole + "}} must stand alone on its line");
        const std::string& text = values_.fragments_.at(hole);
        return text.empty() || text.ends_with('\n') ? text : text + "\n";
    }

    std::string repeat(std::string_view line, const std::string& list_hole) {
        std::string result;
        for (const auto& element : values_.lists_.at(list_hole))
            result += substitute(line, [&](const std::string& hole) {
                return hole == list_hole ? checked(hole, element) : scalar(hole);
            });
        return result;
    }

    std::string scalar(const std::string& hole) {
        const auto key = values_.keys_.find(hole);
        if (key != values_.keys_.end())
            return is_key(key->second) ? key->second : fail("{{" + hole + "}} is no name");
        const auto it = values_.scalars_.find(hole);
        return it == values_.scalars_.end() ? fail("unknown hole {{" + hole + "}}")
                                            : checked(hole, it->second);
    }

    static bool is_key(std::string_view key) {
        return !key.empty() && std::ranges::all_of(key, [](unsigned char c) {
            return std::isalnum(c) != 0 || c == '_' || c == '.';
        });
    }

    std::string checked(const std::string& hole, const std::string& value) {
        if (const auto reason = value_problem(format_, value); !reason.empty())
            return fail("the value of {{" + hole + "}} " + reason);
        return mode_ == Mode::shape ? "x" : value;
    }

    static std::vector<std::string> holes_of(std::string_view line) {
        std::vector<std::string> holes;
        substitute(line, [&](const std::string& hole) {
            holes.push_back(hole);
            return std::string();
        });
        return holes;
    }

    static std::string substitute(std::string_view line,
                                  const std::function<std::string(const std::string&)>& value_of) {
        std::string result;
        for (;;) {
            const auto begin = line.find("{{");
            const auto end = line.find("}}", begin == std::string_view::npos ? 0 : begin);
            if (begin == std::string_view::npos || end == std::string_view::npos)
                return result.append(line) + "\n";
            result.append(line.substr(0, begin));
            result += value_of(std::string(line.substr(begin + 2, end - begin - 2)));
            line.remove_prefix(end + 2);
        }
    }

    std::string fail(std::string reason) {
        if (error_.empty()) error_ = std::move(reason);
        return {};
    }

    Format format_;
    const Values& values_;
    Mode mode_;
    std::string error_;
};

namespace {

std::unexpected<std::string> problem(std::string_view name, const std::string& reason) {
    return std::unexpected("template " + std::string(name) + ": " + reason);
}

bool same_structure(const std::vector<Setting>& a, const std::vector<Setting>& b) {
    return std::ranges::equal(a, b, [](const Setting& left, const Setting& right) {
        return left.section == right.section && left.key == right.key;
    });
}

}  // namespace

std::expected<std::string, std::string> fill(std::string_view name, Format format,
                                             std::string_view text, const Values& values) {
    Renderer real(format, values, Renderer::Mode::real);
    std::string result = real.run(text);
    if (!real.error().empty()) return problem(name, real.error());

    Renderer shape(format, values, Renderer::Mode::shape);
    const auto wanted = parse(format, shape.run(text));
    if (!wanted) return problem(name, wanted.error());
    const auto got = parse(format, result);
    if (!got) return problem(name, got.error());
    if (!same_structure(*wanted, *got)) return problem(name, "a value changed its structure");
    return result;
}

std::expected<std::vector<Setting>, std::string> parse(Format format, std::string_view text) {
    switch (format) {
        case Format::unit:
            return parse_unit(text);
        case Format::ini:
            return parse_ini(text);
        case Format::nginx:
            return parse_nginx(text);
        case Format::php:
            return parse_php(text);
        case Format::plain:
            return parse_plain(text);
        case Format::fragment:
            return parse_fragment(text);
    }
    return std::unexpected("unknown format");
}

}  // namespace wpns::render
