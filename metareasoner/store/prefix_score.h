// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace fxe {

// What the ensemble of the first k members of an order says about one image: enough for every threshold at
// that order, combination, weights and temperatures. P and m as in kernels/tail/rules.h. It is also the row
// of a compact store: ten little-endian values of four bytes.
struct PrefixScore {
  int32_t label;     // top-1; -1: no member could score the image yet
  float p1, p2;      // P of the two best classes; p2 is 0 with one class
  float raw1, raw2;  // m of the two best classes, before softmax; raw2 is 0 with one class
  float entropy;     // of P, in nats
  int32_t votes;     // members among the k whose own top-1 is `label`
  int32_t
      label_rank;  // classes ahead of the image's label: 0 is right, below 5 is right in top-5; -1: no label
  float label_score;  // P of the image's label; 0: no label
  uint32_t scored;    // 0: member k's output was not finite and was left out
};
static_assert(sizeof(PrefixScore) == 40);

// What in a score read from a file no ensemble of `size` members and `classes` classes could give; empty if
// nothing. Everything that uses scores (bins, histograms, indices) relies on these ranges.
std::string impossible(const PrefixScore&, size_t size, int32_t classes);

}  // namespace fxe
