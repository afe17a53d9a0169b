// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/commands/calibrate_run.h"
#include "tools/commands/options.h"

namespace fxe {

// --test --split --seed --swap --allow-overlap
void add_calibration_image_options(cxxopts::Options&);

struct ChosenImages {
  CalibrationImages parts;
  std::unique_ptr<Store> test_store;  // of --test
  size_t overlap = 0;                 // images of --test that are in the calibration store
  double share = 1;                   // --split
  uint64_t seed = 0;
  bool swapped = false;
};

// Calibration and test images, separated by content. `fits`: something is fitted before a guarantee is
// judged, so half of the calibration images are set apart for that. Throws bad_input if parts are empty or
// overlap, and for a store of another ensemble.
ChosenImages choose_images(const Store&, const cxxopts::ParseResult&, bool fits);

}  // namespace fxe
