// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/format.h"

#include <fmt/format.h>

#include <cmath>

namespace fxe {

std::string fixed(double value, int digits) {
  if (!std::isfinite(value)) return "-";
  std::string text = fmt::format("{:.{}f}", value, digits);
  if (text.starts_with('-') && text.find_first_not_of("-0.") == text.npos) text.erase(0, 1);  // -0.00
  return text;
}

std::string percent(double share) { return fixed(100 * share, 2); }

Interval gap_interval(const PairedGap& gap) {
  return tango_interval(gap.images, gap.only_full_right, gap.only_policy_right);
}

std::string gap_sentence(const PairedGap& gap) {
  const auto ci = gap_interval(gap);
  const bool gains = gap.gap() < 0;
  return fmt::format("{} {} points of top-1 (95% interval {} to {})", gains ? "gains" : "loses",
                     percent(std::abs(gap.gap())), percent(gains ? -ci.high : ci.low),
                     percent(gains ? -ci.low : ci.high));
}

}  // namespace fxe
