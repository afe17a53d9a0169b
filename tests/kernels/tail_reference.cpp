// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/tail_reference.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace fxe::test {
namespace {

constexpr double kU = 0x1p-24;
constexpr double kExpError = 4 * kU;  // 2 ulp
constexpr double kSecondOrder = 1.01;
constexpr double kUnderflow = std::numeric_limits<float>::min();

// softmax: the largest x is subtracted first. An error of d in the difference is a factor of e^d.
std::vector<Bounded> softmax(const std::vector<Bounded>& x) {
  const auto less = [](const Bounded& a, const Bounded& b) { return a.value < b.value; };
  const Bounded top = *std::max_element(x.begin(), x.end(), less);
  const double n = static_cast<double>(x.size());
  std::vector<Bounded> p;
  double sum = 0, sum_error = 0;
  for (const Bounded& v : x) {
    const double difference = v.value - top.value, e = std::exp(difference);
    const double d = v.error + top.error + kU * std::fabs(difference);
    const double error = e * (std::expm1(std::min(d, 700.0)) + kExpError) * kSecondOrder + kUnderflow;
    p.push_back({e, error});
    sum += e;
    sum_error += error;
  }
  sum_error += sum * kU * (std::ceil(n / 16) + 16);
  for (Bounded& v : p) {
    const double relative = sum_error / sum + 2 * kU;
    v = {v.value / sum, (v.error / sum + v.value / sum * relative) * kSecondOrder};
  }
  return p;
}

[[noreturn]] void undecidable(const TailCase& c, size_t k, int32_t image, const char* what) {
  throw std::logic_error(c.name + ": image " + std::to_string(image) + " after member " +
                         std::to_string(k + 1) + ": fp32 cannot decide " + what + "; choose another seed");
}

}  // namespace

TailReference::TailReference(const TailCase& c) : mean(static_cast<size_t>(c.classes)), case_(c) {}

// z / T, or its softmax; empty if it is not finite.
std::vector<Bounded> TailReference::contribution(size_t k, const float* z) const {
  std::vector<Bounded> x;
  for (size_t j = 0; j < mean.size(); ++j) {
    const double v = static_cast<double>(z[j]) / static_cast<double>(case_.stages[k].parameters.temperature);
    if (!(std::fabs(v) <= 0x1p126)) return {};
    x.push_back({v, std::fabs(v) * kU});
  }
  return case_.combine == Combine::logits ? x : softmax(x);
}

void TailReference::average(size_t k, const std::vector<Bounded>& x) {
  const double weight = static_cast<double>(case_.stages[k].parameters.weight);
  const bool first = weight_sum_ == 0;
  weight_sum_ += weight;
  const double q = weight / weight_sum_;
  for (size_t j = 0; j < mean.size(); ++j) {
    if (first) {
      mean[j] = x[j];
      continue;
    }
    const double step = x[j].value - mean[j].value, m = mean[j].value + step * q;
    // Roundings: W (one per member), w / W, x - m, the product, the sum.
    const double error = (1 - q) * mean[j].error + q * x[j].error +
                         std::fabs(step) * q * kU * (static_cast<double>(k) + 3) + std::fabs(m) * kU;
    mean[j] = {m, error * kSecondOrder};
  }
}

void TailReference::find_margin() {
  std::vector<size_t> order(mean.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return mean[a].value > mean[b].value; });
  const std::vector<Bounded> p = case_.combine == Combine::logits ? softmax(mean) : mean;
  const std::vector<Bounded>& s = case_.signal == Signal::margin ? p : mean;
  label = static_cast<int32_t>(order[0]);
  p1 = p[order[0]];
  p2 = order.size() > 1 ? p[order[1]] : Bounded{};
  margin = s[order[0]];
  if (order.size() > 1) {
    const Bounded a = s[order[0]], b = s[order[1]];
    margin = {a.value - b.value, a.error + b.error + kU * std::fabs(a.value - b.value)};
  }
}

bool TailReference::step(size_t k, int32_t image) {
  const TailCase::Stage& stage = case_.stages[k];
  const auto x = contribution(k, stage.logits.data() + static_cast<ptrdiff_t>(image) * case_.classes);
  scored = !x.empty();
  if (scored) {
    average(k, x);
    find_margin();
    for (size_t j = 0; j < mean.size(); ++j) {
      const Bounded& best = mean[static_cast<size_t>(label)];
      const double gap = best.value - mean[j].value;
      if (gap > 0 && gap <= best.error + mean[j].error) undecidable(case_, k, image, "which class is best");
    }
  }
  left_out_ = left_out_ || !scored;
  members = static_cast<int32_t>(k) + 1;
  const bool last = k + 1 == case_.stages.size();
  const double above = margin.value - static_cast<double>(stage.parameters.threshold);
  if (scored && !last && above != 0 && std::fabs(above) <= margin.error)
    undecidable(case_, k, image, "whether the margin is above the threshold");
  const bool sure = scored && above > 0;
  const bool late = !last && !sure && case_.deadline_ns != 0 &&
                    stage.elapsed_ns + stage.parameters.next_member_ns > case_.deadline_ns;
  if (label < 0)
    status = RowStatus::failed;
  else if (left_out_)
    status = RowStatus::non_finite;
  else
    status = late ? RowStatus::deadline : RowStatus::ok;
  return !last && !sure && !late;
}

}  // namespace fxe::test
