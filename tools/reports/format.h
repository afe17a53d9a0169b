// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "metareasoner/evaluation.h"

namespace fxe {

// Numbers as reports print them; "-" for what does not exist.
std::string fixed(double value, int digits);
std::string percent(double share);  // 0.7775 -> "77.75"

Interval gap_interval(const PairedGap&);  // 95%

// "loses 0.12 points of top-1 (95% interval -0.03 to 0.27)"; a better policy "gains", with the interval of
// its gain.
std::string gap_sentence(const PairedGap&);

}  // namespace fxe
