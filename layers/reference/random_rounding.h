// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/reference/evaluate.h"
#include "layers/reference/layer_reference.h"

namespace fxe::reference {

// Roundings of one node on one random path, random in the way a computation's are: equal numbers get equal
// errors, wherever they stand; a weight is rounded once for all images and positions; and if operands may be
// truncated, a node truncates either all of them (three times in four) or none.
class RandomRounding {
 public:
  RandomRounding(uint64_t node, uint64_t path, const LayerReference::Rounding&);

  // Operands of a product, really rounded.
  Doubles operands(const Doubles&) const;
  // The `which`th weight: off by one rounding of an operation, as a folded BatchNorm leaves it, and rounded
  // as an operand if it `multiplies`.
  Doubles weights(const Doubles&, size_t which, bool multiplies) const;
  // Adds an error of standard deviation `sigma` to each value, drawn from the `exact` value.
  void add_noise(Doubles& values, const Doubles& sigma, const Doubles& exact) const;

 private:
  double operand(double) const;

  uint64_t key_;
  const LayerReference::Rounding& rounding_;
  bool cuts_off_;
};

}  // namespace fxe::reference
