// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "layers/backend.h"

namespace fxe {

// The worst element of one comparison.
struct LayerCheck {
  std::string name;            // the layer's, or "network" for the logits of a whole run
  std::string op;              // op_str()
  std::string implementation;  // of the tested backend
  size_t element = 0;
  double found = 0, expected = 0, error = 0;
  double percent_of_bound = 0;
  bool ok = false;
};

struct CompareOptions {
  // Another backend to compare with; null: the double-precision reference. Against another backend the bound
  // is the sum of both backends' bounds, so it proves less.
  Backend* against = nullptr;
  std::function<void(const LayerCheck&)> on_layer;  // called as soon as each result is known
};

// Runs `model`, unchanged, on `input` (n images [c h w]) layer by layer: each layer of `tested` alone, on the
// reference's values as the backends store them, within the bound derived for that layer and precision; then
// the whole network, within the bound propagated through it, including the correlation of errors
// (error_correlation.h). One entry per node in order, then "network". A NaN or infinity in place of a finite
// value is never within a bound. docs/design/numerics.md.
std::vector<LayerCheck> compare_layers(const Model& model, Backend& tested, std::span<const float> input,
                                       int64_t n, const CompareOptions& = {});

}  // namespace fxe
