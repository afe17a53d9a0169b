// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/kernels/tail_case.h"

namespace fxe::test {

// A number in double precision, and how far an fp32 implementation may be from it.
struct Bounded {
  double value = 0, error = 0;
};

// The method for one image, written from its definition in double precision, with an error bound carried
// along: u = 2^-24 per operation, exp within 2 ulp, sums of n terms in at least 16 partial sums.
class TailReference {
 public:
  explicit TailReference(const TailCase& c);

  // Member k's row of `image`. True if the image goes on. Throws std::logic_error if fp32 cannot decide this
  // row: its two best classes, or its margin and the threshold, differ by less than the bound.
  bool step(size_t k, int32_t image);

  std::vector<Bounded> mean;
  int32_t label = -1;
  Bounded p1, p2, margin;
  int32_t members = 0;
  RowStatus status = RowStatus::ok;
  bool scored = false;  // by the last member

 private:
  std::vector<Bounded> contribution(size_t k, const float* z) const;
  void average(size_t k, const std::vector<Bounded>& x);
  void find_margin();

  const TailCase& case_;
  double weight_sum_ = 0;
  bool left_out_ = false;
};

}  // namespace fxe::test
