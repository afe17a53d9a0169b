// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "metareasoner/evaluation.h"
#include "metareasoner/latency.h"
#include "metareasoner/replay/signal.h"
#include "metareasoner/replay/trace.h"
#include "metareasoner/store/cost_table.h"

namespace fxe {

// Where one image stops and what it answers there, exactly as the executors decide (it calls
// kernels/tail/decision.h). `thresholds`: one per size but the last.
RowResult decide(std::span<const PrefixScore> prefixes, std::span<const float> thresholds, ReplaySignal,
                 size_t classes);

// A store replayed under a policy, or with the full ensemble.
struct Replayed {
  explicit Replayed(size_t stages) : evaluation(stages) {}

  // By image of the store; members is 0 if the image could not be read or was not asked for.
  std::vector<RowResult> rows;
  std::vector<Hits> hits;    // of the rows
  Evaluation evaluation;     // of the images with a row
  double multiply_adds = 0;  // sum; NaN if the store lacks a member's
  Latency latency;           // per image: the cost of its batch; empty without costs
  double network_ms = 0;     // of all batches

  double time_per_image_ms() const { return network_ms / static_cast<double>(evaluation.images()); }
  double mean_multiply_adds() const { return multiply_adds / static_cast<double>(evaluation.images()); }
};

// `thresholds`: trace.sizes() - 1 of them. Forms batches as eval does: `batch` readable images in order,
// survivors in the smallest compiled size that fits; each (member, batch size) has its cost, with members
// found by name. Costs may be empty.
Replayed replay(const Store&, const Trace&, std::span<const double> thresholds, ReplaySignal,
                const CostTable& costs, int batch, std::span<const size_t> only = {});

}  // namespace fxe
