// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "metareasoner/replay/replay.h"

namespace fxe {

// Replayed decisions beside those of a predictions file (from eval, on the same images).
struct PredictionComparison {
  int64_t compared = 0;
  int64_t identical = 0;  // in every field, byte for byte
  int64_t same = 0;       // in predicted, members and status; identical ones included
  // The measured noise: the largest difference of margins among images with the same decision that rounding
  // in the store's precision explains.
  double noise = 0;
  // of the different ones: no further than that from a threshold, or from a tie of the two best classes
  int64_t within_noise = 0;
  std::vector<std::string> beyond;  // paths of the others, and of same decisions with another margin
};

// Throws bad_input unless the file has a prediction for every image of the store, each once.
PredictionComparison compare_predictions(const Store&, const Trace&, std::span<const double> thresholds,
                                         ReplaySignal, const Replayed&, const std::filesystem::path& csv);

}  // namespace fxe
