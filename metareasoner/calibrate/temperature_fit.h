// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "metareasoner/operating_point.h"
#include "metareasoner/store/store.h"

namespace fxe {

// A temperature for each member of an order: the T that minimises the mean of -log softmax(z / T)[label] over
// these images (Guo et al., On calibration of modern neural networks, 2017), for the member alone. The mean
// is convex in 1 / T; Newton's method finds its minimum in [1/64, 64], to four decimals. If there are more
// than 10,000 images, every n-th is used. Images without a label and rows that are not finite are skipped; a
// member with none left keeps 1. Throws bad_input for a compact store, which has no logits.
std::vector<double> fit_temperatures(const Store&, const std::vector<int>& members,
                                     std::span<const size_t> images, int threads);

}  // namespace fxe
