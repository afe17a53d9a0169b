// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "metareasoner/evaluation.h"

namespace fxe {

// Numbers as reports print them; what does not exist is "-".
std::string fixed(double value, int digits);
std::string percent(double share);  // 0.7775 -> "77.75"

// "loses 0.12 points of top-1 (95% interval -0.03 to 0.27)"; a policy that is better "gains", and the
// interval is of what it gains.
std::string gap_sentence(const PairedGap&);

}  // namespace fxe
