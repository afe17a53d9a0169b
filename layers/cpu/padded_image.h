// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/backend.h"
#include "layers/cpu/layout.h"
#include "layers/cpu/rows_at.h"
#include "layers/op.h"

namespace fxe::cpu {

// Images of few channels, copied channels-last with their zero padding: a few channels do not fill a run of
// DirectConv, a row of pixels does.
class PaddedImage {
 public:
  // Whether a convolution of this many channels is faster on a copy, with the padding in the copy instead.
  static bool pays(const Conv2d& op, int64_t channels) {
    return channels < 16 && op.groups == 1 && op.dilation.w == 1 && op.filter.w > 1;
  }

  PaddedImage(const Value& x, const Padding2&);

  const Md& from() const { return from_; }       // the layout it reads x in
  const Shape& shape() const { return shape_; }  // of y
  // Rows first to last - 1 of y [n h w c].
  void fill_rows(const float* x, RowsAt<float> y, int64_t first, int64_t last) const;

 private:
  Shape x_, shape_;
  Padding2 pad_;
  Md from_;
  Dims strides_;
};

}  // namespace fxe::cpu
