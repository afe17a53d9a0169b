// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/store/prefix_score.h"

#include <fmt/format.h>

#include <cmath>

#include "kernels/tail/rules.h"

namespace fxe {

std::string impossible(const PrefixScore& s, size_t size, int32_t classes) {
  // Entropy is a sum of rounded terms and may pass its ends by less than this, which is far more than
  // rounding gives.
  constexpr float kRounding = 0.01f;
  if (s.label < -1 || s.label >= classes) return fmt::format("class {} of {}", s.label, classes);
  if (!(0 <= s.p2 && s.p2 <= s.p1 && s.p1 <= 1)) return fmt::format("best scores {} and {}", s.p1, s.p2);
  if (!tail::is_finite(s.raw1) || !tail::is_finite(s.raw2) || (classes > 1 && s.raw2 > s.raw1))
    return fmt::format("best means {} and {}", s.raw1, s.raw2);
  if (!(-kRounding <= s.entropy && s.entropy <= std::log(static_cast<float>(classes)) + kRounding))
    return fmt::format("an entropy of {}", s.entropy);
  if (s.votes < 0 || static_cast<size_t>(s.votes) > size) return fmt::format("{} votes of {}", s.votes, size);
  if (s.label_rank < -1 || s.label_rank >= classes)
    return fmt::format("rank {} of {}", s.label_rank, classes);
  if (!(0 <= s.label_score && s.label_score <= 1))
    return fmt::format("a score of {} for the label", s.label_score);
  if (s.scored > 1) return fmt::format("{} for whether a member was scored", s.scored);
  return {};
}

}  // namespace fxe
