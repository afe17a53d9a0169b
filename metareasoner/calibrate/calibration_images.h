// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "metareasoner/store/store.h"

namespace fxe {

// Which images of which store play which part. After a split, `test_store` is the calibration store.
struct CalibrationImages {
  std::vector<size_t> fit;     // thresholds are chosen on these
  std::vector<size_t> judged;  // guarantees are judged on these; the same as `fit` if nothing is fitted
  std::vector<size_t> test;    // empty if there are none
  const Store* test_store = nullptr;
};

struct ImageChoice {
  std::string test;  // another store to test on; empty: none
  std::optional<double>
      share;  // calibrate on this share of the images, chosen by content; test on the others
  uint64_t seed = 0;
  bool swap = false;           // the two parts
  bool allow_overlap = false;  // of `test` and calibration images
};

struct ChosenImages {
  CalibrationImages parts;
  std::unique_ptr<Store> test_store;  // of ImageChoice::test
  size_t overlap = 0;                 // test images that are in the calibration store
  double share = 1;
  uint64_t seed = 0;
  bool swapped = false;
};

// Calibration and test images, separated by content. `fits`: something is fitted before a guarantee is
// judged, so half of the calibration images are set apart for that. Throws bad_input if parts are empty or
// overlap, and for a store of another ensemble.
ChosenImages choose_images(const Store&, const ImageChoice&, bool fits);

}  // namespace fxe
