// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "metareasoner/replay/replay.h"

namespace fxe {

// Replayed decisions beside those of a predictions file (of eval, on the same images).
struct PredictionComparison {
  int64_t compared = 0;
  int64_t identical = 0;  // every field, in every byte
  int64_t same = 0;       // predicted, members and status; identical ones included
  // The measured noise: the largest difference of a margin among images with the same decision, of those that
  // rounding in the store's precision explains.
  double noise = 0;
  int64_t within_noise = 0;  // of those that differ: no further from a threshold, or from a tie of the two
                             // best classes, than that
  std::vector<std::string> beyond;  // paths of the others, and of same decisions with another margin
};

// Throws bad_input for a file that is not a predictions file of every image of the store, each once.
PredictionComparison compare_predictions(const Store&, const Trace&, std::span<const double> thresholds,
                                         ReplaySignal, const Replayed&, const std::filesystem::path& csv);

}  // namespace fxe
