// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/calibrate/candidates.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fxe {

namespace {

// The scale on which steps are equal: the logit for signals in [0, 1]. raw_margin has no upper end; its
// logarithm plays the part of the logit of margins near 1.
double stretch(ReplaySignal signal, double s) {
  if (signal == ReplaySignal::raw_margin) return std::log(std::max(s, 1e-6));
  s = std::clamp(s, 1e-4, 1 - 1e-7);
  return std::log(s / (1 - s));
}
double unstretch(ReplaySignal signal, double x) {
  return signal == ReplaySignal::raw_margin ? std::exp(x) : 1 / (1 + std::exp(-x));
}

// Between the neighbours low < high: no value up to `low` exceeds it, and `high` does.
float halfway(float low, float high) {
  const auto middle = static_cast<float>((static_cast<double>(low) + static_cast<double>(high)) / 2);
  return middle < high ? middle : low;
}

// `values` are distinct and ascending; `all` holds the images' margins with repetitions, ascending.
std::vector<float> place(ReplaySignal signal, const std::vector<float>& all,
                         const CandidateOptions& options) {
  std::vector<float> distinct;
  std::unique_copy(all.begin(), all.end(), std::back_inserter(distinct));
  std::vector<float> list = {kAlwaysStops};
  const size_t inner = std::max<size_t>(options.count, 2) - 2;
  for (size_t j = 0; j < inner && distinct.size() > 1; ++j) {
    const double share = (static_cast<double>(j) + 0.5) / static_cast<double>(inner);
    double target;
    if (options.spacing == Spacing::quantile) {
      target = all[std::min(all.size() - 1, static_cast<size_t>(share * static_cast<double>(all.size())))];
    } else {
      const double low = stretch(signal, distinct.front()), high = stretch(signal, distinct.back());
      target = unstretch(signal, low + share * (high - low));
    }
    const auto above = std::upper_bound(distinct.begin(), distinct.end(), static_cast<float>(target));
    if (above == distinct.begin() || above == distinct.end()) continue;
    list.push_back(halfway(*std::prev(above), *above));
  }
  list.push_back(never_stops(signal));
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
  return list;
}

}  // namespace

float never_stops(ReplaySignal signal) {
  return signal == ReplaySignal::raw_margin ? std::numeric_limits<float>::max() : 1;
}

Candidates candidate_thresholds(const Trace& trace, ReplaySignal signal, size_t classes,
                                std::span<const size_t> images, const CandidateOptions& options) {
  Candidates candidates(trace.sizes() - 1);
  std::vector<float> pooled;
  for (size_t k = 1; k < trace.sizes(); ++k) {
    std::vector<float> values;
    for (const size_t i : images)
      if (const PrefixScore& s = trace.at(i, k); s.scored)
        values.push_back(signal_value(signal, s, k, classes));
    if (options.shared) {
      pooled.insert(pooled.end(), values.begin(), values.end());
      continue;
    }
    std::sort(values.begin(), values.end());
    candidates[k - 1] = place(signal, values, options);
  }
  if (options.shared) {
    std::sort(pooled.begin(), pooled.end());
    std::fill(candidates.begin(), candidates.end(), place(signal, pooled, options));
  }
  return candidates;
}

std::vector<float> fixed_thresholds(ReplaySignal signal, size_t count) {
  const bool raw = signal == ReplaySignal::raw_margin;
  const double low = stretch(signal, 0.01), high = stretch(signal, raw ? 50 : 1 - 1e-7);
  std::vector<float> list = {kAlwaysStops};
  for (size_t j = 0; j < count; ++j)
    list.push_back(
        static_cast<float>(unstretch(signal, low + (high - low) * static_cast<double>(j) /
                                                       static_cast<double>(std::max<size_t>(count, 2) - 1))));
  list.push_back(never_stops(signal));
  return list;
}

}  // namespace fxe
