// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/tail_case.h"

#include <cmath>
#include <limits>

#include "tests/support/generate.h"

namespace fxe::test {
namespace {

constexpr float kNever = 1;
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

std::vector<int32_t> all(int32_t n) {
  std::vector<int32_t> live;
  for (int32_t i = 0; i < n; ++i) live.push_back(i);
  return live;
}

TailCase::Stage stage(float threshold, std::vector<float> logits) {
  return {{.threshold = threshold, .weight = 1, .temperature = 1, .next_member_ns = 0}, std::move(logits), 0};
}

TailCase random_case(std::string name, int32_t capacity, int32_t classes, int members, float threshold,
                     uint64_t seed) {
  Random random(seed, name);
  TailCase c;
  c.name = name + ", seed " + std::to_string(seed);
  c.capacity = capacity;
  c.classes = classes;
  c.live = all(capacity);
  for (int k = 0; k < members; ++k)
    c.stages.push_back(
        stage(threshold, normals(random, static_cast<size_t>(capacity) * static_cast<size_t>(classes), 3)));
  return c;
}

// Small integers and dyadic weights: the mean of the logits is exact, so ties between different histories
// are too.
TailCase ties(Signal signal) {
  TailCase c = random_case("ties", 37, 45, 4, kNever, 1);
  Random random(2);
  for (auto& s : c.stages)
    for (float& z : s.logits) z = static_cast<float>(random.integer(-2, 2)) * 4;
  c.stages[2].parameters.weight = 2;  // W is 1, 2, 4, 8
  c.stages[3].parameters.weight = 4;
  c.signal = signal;
  return c;
}

// Each score belongs to ten classes, neighbours and not.
TailCase equal_columns() {
  TailCase c = random_case("equal columns", 9, 200, 3, kNever, 13);
  for (auto& s : c.stages)
    for (size_t i = 0; i < s.logits.size(); ++i) s.logits[i] = s.logits[i / 200 * 200 + i % 200 % 40 / 2 * 2];
  return c;
}

TailCase margin_equals_threshold() {
  TailCase c;
  c.name = "margin equals threshold";
  c.signal = Signal::raw_margin;
  c.capacity = 3;
  c.classes = 3;
  c.live = all(3);
  c.stages = {stage(2, {5, 3, 0, 5, 2, 0, 5, 4, 0}), stage(1.5f, {5, 3, 0, 0, 0, 0, 4, 2, 0}),
              stage(kNever, {0, 1, 0, 0, 0, 0, 1, 0, 0})};
  return c;
}

TailCase threshold_zero_on_equal_classes() {
  TailCase c;
  c.name = "equal classes do not pass threshold 0, and all pass below it";
  c.capacity = 2;
  c.classes = 70;
  c.live = all(2);
  c.stages = {stage(0, std::vector<float>(140, 7.5f)), stage(-0.5f, std::vector<float>(140, -7.5f)),
              stage(0, std::vector<float>(140, 7.5f))};
  return c;
}

TailCase certain() {
  TailCase c = random_case("certain: margin 1 does not pass threshold 1", 4, 33, 3, kNever, 3);
  for (auto& s : c.stages)
    for (size_t i = 0; i < 4; ++i) s.logits[i * 33 + 17] = 5000;
  return c;
}

TailCase not_finite(int32_t classes) {
  TailCase c = random_case("rows not finite, classes " + std::to_string(classes), 12, classes, 3, 0.3f, 4);
  const float inf = std::numeric_limits<float>::infinity();
  const auto spoil = [&](size_t k, size_t image, size_t j, float value) {
    c.stages[k].logits[image * static_cast<size_t>(classes) + j % static_cast<size_t>(classes)] = value;
  };
  for (size_t k = 0; k < 3; ++k) spoil(k, 0, 31 * k, k == 1 ? -inf : kNaN);  // no member scores it
  for (size_t k = 0; k < 2; ++k) spoil(k, 1, 5, inf);                        // the last one does
  spoil(0, 2, 0, kNaN);
  spoil(1, 3, 40, -kNaN);
  spoil(2, 4, 65, inf);
  spoil(1, 5, 1000, 3e38f);  // too large to be averaged
  for (size_t k = 0; k < 3; ++k) spoil(k, 11, 2, kNaN);
  return c;
}

// A row whose margin is above the second threshold but whose second member is not finite goes on.
TailCase left_out_stops_nothing() {
  TailCase c;
  c.name = "a member that is left out stops nothing";
  c.capacity = 2;
  c.classes = 2;
  c.live = all(2);
  c.stages = {stage(kNever, {9, 0, 9, 0}), stage(0.5f, {kNaN, 0, 9, 0}), stage(0.5f, {9, 0, 9, 0}),
              stage(kNever, {0, 0, 0, 0})};
  return c;
}

TailCase all_fail() {
  TailCase c = random_case("all rows fail", 5, 10, 2, -1, 5);
  for (auto& s : c.stages)
    for (size_t i = 0; i < 5; ++i) s.logits[i * 10 + i] = kNaN;
  return c;
}

TailCase deadline() {
  TailCase c = random_case("deadline", 9, 100, 4, 0.45f, 6);
  c.deadline_ns = 1000;
  for (size_t k = 0; k < 4; ++k) {
    c.stages[k].elapsed_ns = 300 * (k + 1);
    c.stages[k].parameters.next_member_ns = 400;  // 300 + 400, 600 + 400: just in time; 900 + 400: too late
  }
  c.stages[1].logits[3 * 100 + 7] = kNaN;
  for (size_t k = 0; k < 4; ++k) c.stages[k].logits[4 * 100] = kNaN;
  return c;
}

TailCase parameters(std::string name, int32_t classes, uint64_t seed) {
  TailCase c = random_case(std::move(name), 7, classes, 4, 0.5f, seed);
  const float weights[] = {1, 0.3f, 2.5f, 0.7f}, temperatures[] = {1.7f, 0.6f, 1, 3.1f};
  for (size_t k = 0; k < 4; ++k) {
    c.stages[k].parameters.weight = weights[k];
    c.stages[k].parameters.temperature = temperatures[k];
  }
  return c;
}

TailCase partly_filled() {
  TailCase c = random_case("partly filled", 40, 65, 4, 0.4f, 8);
  c.live = {1, 2, 5, 8, 13, 21, 34, 39};
  return c;
}

TailCase nobody() {
  TailCase c = random_case("empty batch", 3, 20, 2, 0.5f, 9);
  c.live = {};
  return c;
}

std::vector<TailCase> shapes() {
  std::vector<TailCase> cases;
  for (int32_t classes : {1, 2, 3, 15, 16, 17, 31, 32, 33, 257, 1000})
    cases.push_back(random_case("classes " + std::to_string(classes), 6, classes, 3, 0.4f, 10));
  cases.push_back(random_case("one image", 1, 1000, 5, 0.6f, 11));
  cases.push_back(random_case("large batch", 70, 10, 3, 0.5f, 12));
  return cases;
}

}  // namespace

std::vector<TailCase> tail_cases() {
  std::vector<TailCase> plain = shapes();
  for (TailCase c :
       {equal_columns(), threshold_zero_on_equal_classes(), certain(), not_finite(3), not_finite(70),
        left_out_stops_nothing(), all_fail(), deadline(), parameters("weights", 65, 7),
        parameters("weights, two classes", 2, 7), partly_filled(), nobody()})
    plain.push_back(std::move(c));
  std::vector<TailCase> cases = {margin_equals_threshold(), ties(Signal::margin), ties(Signal::raw_margin)};
  for (const TailCase& c : plain)
    for (Combine combine : {Combine::logits, Combine::probabilities})
      for (Signal signal : {Signal::margin, Signal::raw_margin}) {
        cases.push_back(c);
        cases.back().combine = combine;
        cases.back().signal = signal;
        cases.back().name += combine == Combine::logits ? ", logits" : ", probabilities";
        cases.back().name += signal == Signal::margin ? ", margin" : ", raw margin";
      }
  return cases;
}

}  // namespace fxe::test
