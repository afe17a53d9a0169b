// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/calibrate/cascade_bits.h"

#include <algorithm>
#include <cmath>

#include "metareasoner/calibrate/candidates.h"

namespace fxe {

SetBits to_bits(const SetAnswers& a) {
  SetBits b{no_images(a.loss.size()), no_images(a.loss.size()), no_images(a.loss.size())};
  for (size_t i = 0; i < a.loss.size(); ++i) {
    if (a.loss[i] > 0) set(b.plus, i);
    if (a.loss[i] < 0) set(b.minus, i);
  }
  return b;
}

void stop_above(const SetAnswers& a, float threshold, SetBits& b) {
  std::fill(b.stop.begin(), b.stop.end(), 0);
  for (size_t i = 0; i < a.signal.size(); ++i)
    if (a.signal[i] > threshold) set(b.stop, i);
}

ImageBits every_image(size_t count) {
  ImageBits all = no_images(count);
  for (size_t i = 0; i < count; ++i) set(all, i);
  return all;
}

std::vector<float> shared_thresholds(const std::vector<SetAnswers>& answers, ReplaySignal signal,
                                     size_t count) {
  std::vector<float> sample;
  for (const SetAnswers& a : answers) {
    const size_t stride = std::max<size_t>(1, a.signal.size() * answers.size() / 100'000);
    for (size_t i = 0; i < a.signal.size(); i += stride)
      if (std::isfinite(a.signal[i])) sample.push_back(a.signal[i]);
  }
  std::sort(sample.begin(), sample.end());
  // Halfway to the next value: the same members in another order give slightly different roundings.
  sample.erase(std::unique(sample.begin(), sample.end()), sample.end());
  std::vector<float> list = {never_stops(signal)};
  for (size_t j = 0; j + 1 < count && sample.size() > 1; ++j) {
    const size_t at = (2 * j + 1) * (sample.size() - 1) / (2 * (count - 1));
    list.push_back((sample[at] + sample[at + 1]) / 2);
  }
  return list;
}

void BestOrders::show(const std::vector<size_t>& members, const Spent& spent, float threshold) {
  if (orders_.size() == keep_ && !goal_.better(spent, orders_.back().spent)) return;
  const auto same =
      std::find_if(orders_.begin(), orders_.end(), [&](const FoundOrder& o) { return o.members == members; });
  if (same != orders_.end()) {
    if (!goal_.better(spent, same->spent)) return;
    orders_.erase(same);
  }
  const auto at = std::find_if(orders_.begin(), orders_.end(),
                               [&](const FoundOrder& o) { return goal_.better(spent, o.spent); });
  orders_.insert(at, {members, spent, threshold});
  if (orders_.size() > keep_) orders_.pop_back();
}

}  // namespace fxe
