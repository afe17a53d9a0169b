// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "kernels/tail/rules.h"

namespace fxe {

// Everything that decides which members run on an image and how their outputs are joined. Changing it needs
// no new plans.
struct OperatingPoint {
  std::vector<int> members;  // into the ensemble's members, in the order they run
  Combine combine = Combine::logits;
  Signal signal = Signal::margin;
  std::vector<double> weights;       // w_k > 0, one per entry of `members`
  std::vector<double> temperatures;  // T_k > 0
  std::vector<double> thresholds;    // t_k for k = 1 .. N-1; 1 or more: never stops, below 0: always

  size_t size() const { return members.size(); }
};

// For a weight or temperature: above 0 and finite in fp32, the precision in which outputs are joined.
bool is_positive_fp32(double value);

// Throws bad_input naming `where` unless sizes agree, members exist and are distinct, and numbers are
// in range.
void check_operating_point(const OperatingPoint&, size_t ensemble_size, const std::string& where);

}  // namespace fxe
