// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/reference/evaluate.h"
#include "layers/reference/layer_reference.h"

namespace fxe::reference {

// Roundings of one node on one random path. They are random as those of a computation are: the same numbers
// give the same error, wherever they stand; a weight is rounded once for all images and positions; and where
// operands may be cut off, a node either cuts all of them off (three times in four) or none.
class RandomRounding {
 public:
  RandomRounding(uint64_t node, uint64_t path, const LayerReference::Rounding&);

  // Operands of a product: rounded, in truth.
  Doubles operands(const Doubles&) const;
  // The `which`th weight: off by one rounding of an operation, as where BatchNorm was folded into it; and an
  // operand if it `multiplies`.
  Doubles weights(const Doubles&, size_t which, bool multiplies) const;
  // To each value an error of standard deviation `sigma`, drawn from the `exact` value.
  void add_noise(Doubles& values, const Doubles& sigma, const Doubles& exact) const;

 private:
  double operand(double) const;

  uint64_t key_;
  const LayerReference::Rounding& rounding_;
  bool cuts_off_;
};

}  // namespace fxe::reference
