// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/calibrate/objective.h"

#include <charconv>
#include <cmath>

#include "engine/error.h"

namespace fxe {

namespace {

constexpr size_t kMostAlphas = 1000;
constexpr double kLeastGuaranteed = 1e-5;

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  template <class... Args>
  Error refused(fmt::format_string<Args...> format, Args&&... args) const {
    return bad_input("objective '{}': {}", text_, fmt::format(format, std::forward<Args>(args)...));
  }

  double number(std::string_view word, const char* expected) const {
    double value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (word.empty() || error != std::errc{} || end != word.data() + word.size() || !std::isfinite(value))
      throw refused("expected {}, found '{}'", expected, word);
    return value;
  }

  // 0.1 from "0.1pt" with unit "pt".
  double number_with(std::string_view word, std::string_view unit, const char* expected) const {
    if (!word.ends_with(unit)) throw refused("expected {}, found '{}'", expected, word);
    return number(word.substr(0, word.size() - unit.size()), expected);
  }

  template <class Enum>
  Enum choice(std::string_view key, std::string_view word,
              std::initializer_list<std::pair<std::string_view, Enum>> choices) const {
    std::vector<std::string_view> names;
    for (const auto& [known, value] : choices) {
      if (known == word) return value;
      names.push_back(known);
    }
    throw refused("{}: expected {}, found '{}'", key, fmt::join(names, ", "), word);
  }

 private:
  std::string_view text_;
};

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == text.npos) return parts;
    text.remove_prefix(at + 1);
  }
}

// "0.5" or "0:1:0.1".
std::vector<double> parse_alphas(const Parser& p, std::string_view word) {
  const auto parts = split(word, ':');
  if (parts.size() != 1 && parts.size() != 3)
    throw p.refused("alpha: expected a number from 0 to 1, or FIRST:LAST:STEP, found '{}'", word);
  std::vector<double> ends;
  for (const auto part : parts) ends.push_back(p.number(part, "alpha from 0 to 1"));
  for (size_t e = 0; e < std::min<size_t>(ends.size(), 2); ++e)
    if (!(ends[e] >= 0 && ends[e] <= 1)) throw p.refused("alpha: expected 0 to 1, found {}", ends[e]);
  if (ends.size() == 1) return ends;
  if (ends[1] < ends[0] || !(ends[2] > 0) || (ends[1] - ends[0]) / ends[2] > kMostAlphas)
    throw p.refused("alpha: expected FIRST:LAST:STEP with FIRST <= LAST and up to {} steps, found '{}'",
                    kMostAlphas, word);
  std::vector<double> alphas;
  const auto steps = static_cast<int>(std::floor((ends[1] - ends[0]) / ends[2] + 1e-9));
  for (int s = 0; s <= steps; ++s) alphas.push_back(std::min(1.0, ends[0] + s * ends[2]));
  return alphas;
}

void parse_published(const Parser& p, std::span<const std::string_view> options, Objective& o) {
  using Rule = PublishedRule;
  o.kind = Objective::Kind::published;
  o.alphas = {o.rule.alpha};
  for (const auto option : options) {
    const auto at = option.find('=');
    const auto key = option.substr(0, at);
    const auto word = at == option.npos ? std::string_view{} : option.substr(at + 1);
    if (key == "alpha") {
      o.alphas = parse_alphas(p, word);
      o.rule.alpha = o.alphas.front();
    } else if (key == "R") {
      o.rule.time =
          p.choice<Rule::Time>(key, word, {{"rel", Rule::Time::relative}, {"abs", Rule::Time::absolute}});
    } else if (key == "E") {
      o.rule.error =
          p.choice<Rule::Error>(key, word, {{"pct", Rule::Error::percent}, {"frac", Rule::Error::fraction}});
    } else if (key == "order") {
      o.rule.order = p.choice<Rule::Order>(key, word,
                                           {{"forward", Rule::Order::forward},
                                            {"shared", Rule::Order::shared},
                                            {"alone", Rule::Order::alone},
                                            {"joint", Rule::Order::joint}});
    } else {
      throw p.refused("expected alpha=, R=, E= or order=, found '{}'", option);
    }
  }
}

void parse_time(const Parser& p, std::string_view bound, Objective& o) {
  constexpr const char* kExpected = "a time such as 5ms, or a share of the full ensemble's such as 60%";
  o.kind = Objective::Kind::most_accuracy;
  if (bound.ends_with('%')) {
    o.time_unit = Objective::TimeUnit::share_of_full;
    o.limit = p.number_with(bound, "%", kExpected) / 100;
  } else {
    o.limit = p.number_with(bound, "ms", kExpected);
  }
  if (!(o.limit > 0)) throw p.refused("expected a time above 0, found '{}'", bound);
}

void parse_loss(const Parser& p, std::string_view bound, Objective& o) {
  const auto at = bound.find('@');
  const auto size = bound.substr(0, at);
  o.limit = p.number_with(size, "pt", "points such as 0.1pt") / 100;
  if (!(o.limit >= -1 && o.limit <= 1)) throw p.refused("expected -100pt to 100pt, found '{}'", size);
  if (o.loss != LossKind::gap && o.limit < 0)
    throw p.refused("{}: a share of images is 0pt or more, found '{}'", name(o.loss), size);
  if (at == bound.npos) return;
  o.kind = Objective::Kind::guaranteed;
  const auto confidence = bound.substr(at + 1);
  o.delta = 1 - p.number_with(confidence, "%", "a confidence such as 90%") / 100;
  if (!(o.delta > 0 && o.delta < 1))
    throw p.refused("expected a confidence above 0% and below 100%, found '{}'", confidence);
  if (!(o.limit >= kLeastGuaranteed && o.limit < 1))
    throw p.refused("only {}pt or more can be guaranteed, below 100pt; found '{}'", 100 * kLeastGuaranteed,
                    size);
}

}  // namespace

Objective parse_objective(std::string_view text) {
  const Parser p(text);
  Objective o;
  o.text = text;
  const auto parts = split(text, ',');
  const std::span options = std::span(parts).subspan(1);
  if (parts[0] == "published") {
    parse_published(p, options, o);
    return o;
  }
  const auto at = parts[0].find("<=");
  const auto what = parts[0].substr(0, at);
  if (at == text.npos)
    throw p.refused(
        "expected gap<=0.1pt, harm<=..pt, disagreement<=..pt (with @90% to be guaranteed), time<=5ms, "
        "time<=60% or published[,alpha=..]");
  const auto bound = parts[0].substr(at + 2);
  if (what == "time") {
    parse_time(p, bound, o);
  } else {
    o.loss = p.choice<LossKind>(
        "loss", what,
        {{"gap", LossKind::gap}, {"harm", LossKind::harm}, {"disagreement", LossKind::disagreement}});
    parse_loss(p, bound, o);
  }
  for (const auto option : options) {
    if (o.kind != Objective::Kind::guaranteed || !option.starts_with("path="))
      throw p.refused("found '{}' that does not belong there{}", option,
                      o.kind == Objective::Kind::guaranteed ? "; expected path=" : "");
    o.fixed_path = p.choice<bool>("path", option.substr(5), {{"fixed", true}, {"fitted", false}});
  }
  return o;
}

}  // namespace fxe
