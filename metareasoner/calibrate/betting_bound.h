// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace fxe {

// Bounds the mean of losses in [-1, 1] by betting against it (Waudby-Smith and Ramdas, Estimating means of
// bounded random variables by betting, JRSS B 86:1, 2024; one-sided, predictable plug-in). Against "the mean
// is m or more" the capital starts at 1 and is multiplied by 1 - b_i (x_i - m), where the bet b_i depends on
// earlier losses alone; if the mean were m, it would reach 1 / delta with probability at most delta (Ville).
// With y = (x + 1) / 2 in [0, 1], q = (m + 1) / 2 and v the variance of earlier y (1 / 4 before the first):
//   b_i = min(sqrt(2 ln(1 / delta) / (n v)), 0.9 / (1 - q))    1 - b_i (y_i - q)
// Assumes that losses are independent draws, in an order that does not depend on them.

// Whether these losses show that their mean is below `limit`.
bool betting_shows_below(std::span<const int8_t> losses, double limit, double delta);

// The smallest limit that they show their mean to be below; 1 if none.
double betting_upper_bound(std::span<const int8_t> losses, double delta);

// The fewest losses, all 0, that show the mean to be below `limit`, which is in (0, 1).
int64_t images_needed_without_losses(double limit, double delta);

}  // namespace fxe
