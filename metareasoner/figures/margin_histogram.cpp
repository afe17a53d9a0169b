// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/figures/margin_histogram.h"

#include <algorithm>

#include "metareasoner/replay/signal.h"

namespace fxe {

std::vector<MarginBin> margin_histograms(const FigureImages& from, size_t bins) {
  std::vector<MarginBin> all;
  const auto count = static_cast<double>(bins);
  for (size_t k = 1; k <= from.sizes(); ++k) {
    const size_t first = all.size();
    for (size_t b = 0; b < bins; ++b)
      all.push_back({k, static_cast<double>(b) / count, static_cast<double>(b + 1) / count, 0, 0});
    for (const size_t i : from.images) {
      const PrefixScore& s = from.trace.at(i, k);
      const double margin = s.label < 0 ? 0 : signal_value(ReplaySignal::margin, s, k, from.store->classes());
      MarginBin& bin = all[first + std::min(bins - 1, static_cast<size_t>(std::max(0.0, margin) * count))];
      ++(s.label_rank == 0 ? bin.right : bin.wrong);
    }
  }
  return all;
}

}  // namespace fxe
