// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/calibrate/guarantee.h"

#include <algorithm>

#include "metareasoner/calibrate/betting_bound.h"
#include "metareasoner/calibrate/binomial_bound.h"

namespace fxe {

namespace {

int64_t events(std::span<const int8_t> losses) {
  return std::count_if(losses.begin(), losses.end(), [](int8_t l) { return l > 0; });
}

}  // namespace

RiskTest risk_test(LossKind kind) {
  if (kind == LossKind::gap) return betting_shows_below;
  return [](std::span<const int8_t> losses, double limit, double delta) {
    return binomial_tail(events(losses), static_cast<int64_t>(losses.size()), limit) <= delta;
  };
}

double risk_upper_bound(LossKind kind, std::span<const int8_t> losses, double delta) {
  if (kind == LossKind::gap) return betting_upper_bound(losses, delta);
  return binomial_upper_bound(events(losses), static_cast<int64_t>(losses.size()), delta);
}

int64_t images_needed(LossKind kind, double limit, double delta) {
  return kind == LossKind::gap ? images_needed_without_losses(limit, delta)
                               : images_needed_without_events(limit, delta);
}

size_t fixed_sequence(size_t policies, const std::function<std::span<const int8_t>(size_t)>& losses_of,
                      double limit, double delta, const RiskTest& test) {
  size_t passed = 0;
  while (passed < policies && test(losses_of(passed), limit, delta)) ++passed;
  return passed;
}

}  // namespace fxe
