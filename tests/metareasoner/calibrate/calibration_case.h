// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "metareasoner/calibrate/exit_table.h"
#include "tests/metareasoner/fake_ensemble.h"
#include "tests/metareasoner/store/store_case.h"

namespace fxe::test {

// A store whose members know something about the labels, more about some images than about others, and
// everything a calibration starts from. Some images have no label, one could not be read, one has a NaN.
struct CalibrationCase {
  CalibrationCase(size_t count, size_t members, uint64_t seed, float skill = 2)
      : recorded(count, members, 5, seed) {
    Random random(seed, "ease");
    for (size_t i = 0; i < count; ++i) {
      const auto ease = static_cast<float>(random.normal());
      const int32_t label = recorded.header.labels[i];
      if (label >= 0 && !recorded.logits[i].empty() && i != 7)
        for (size_t m = 0; m < members; ++m)
          recorded.logits[i][m * 5 + static_cast<size_t>(label)] += skill * (1 + ease);
    }
    recorded.write(folder / "s");
    store = std::make_unique<Store>(Store::open(folder / "s"));
    trace = std::make_unique<Trace>(Trace::of(*store, plain_point(members, 1), PrefixDetail::all, 1));
    full = full_answers(*trace);
    for (size_t k = 0; k < members; ++k)
      cost.push_back((k ? cost[k - 1] : 0) + 1 + 0.25 * static_cast<double>(k % 3));
  }

  ExitTable table(LossKind kind, const CandidateOptions& options = {},
                  ReplaySignal signal = ReplaySignal::margin) const {
    const auto images = usable_images(*store, kind);
    return ExitTable(*trace, signal, 5, images, kind, full, cost,
                     candidate_thresholds(*trace, signal, 5, images, options));
  }

  StoreFolder folder;
  StoreCase recorded;
  std::unique_ptr<Store> store;
  std::unique_ptr<Trace> trace;
  std::vector<FullAnswer> full;
  std::vector<double> cost;  // after 1 .. N members
};

}  // namespace fxe::test
