// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/calibrate/threshold_path.h"

#include "metareasoner/replay/replay.h"

namespace fxe {

ThresholdPath fixed_path(ReplaySignal signal, size_t sizes, size_t steps) {
  ThresholdPath path;
  const auto list = fixed_thresholds(signal, steps);
  for (size_t j = list.size(); j-- > 0;)
    path.push_back(std::vector<double>(sizes - 1, static_cast<double>(list[j])));
  return path;
}

ThresholdPath fitted_path(const ExitTable& table, const std::vector<FrontierPoint>& points, size_t steps) {
  ThresholdPath path = {table.thresholds(table.never())};
  const size_t count = std::min(points.size(), steps);
  for (size_t p = 0; p < count; ++p)
    path.push_back(table.thresholds(points[count < 2 ? 0 : p * (points.size() - 1) / (count - 1)].choice));
  return path;
}

std::vector<int8_t> losses_of(const Trace& trace, ReplaySignal signal, size_t classes,
                              std::span<const size_t> images, LossKind kind, std::span<const FullAnswer> full,
                              std::span<const double> thresholds) {
  const std::vector<float> t(thresholds.begin(), thresholds.end());
  std::vector<int8_t> losses;
  losses.reserve(images.size());
  for (const size_t i : images) {
    const RowResult row = decide(trace.image(i), t, signal, classes);
    losses.push_back(loss(kind, full[i], trace.at(i, static_cast<size_t>(row.members))));
  }
  return losses;
}

}  // namespace fxe
