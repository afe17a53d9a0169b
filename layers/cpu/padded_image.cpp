// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/padded_image.h"

#include <algorithm>

#include "kernels/cpu/interleave.h"

namespace fxe::cpu {

PaddedImage::PaddedImage(const Value& x, const Padding2& pad)
    : x_(x.shape),
      shape_{x_[0], x_[1], x_[2] + pad.top + pad.bottom, x_[3] + pad.left + pad.right},
      pad_(pad),
      from_(md_of(x)) {
  auto held = blocking_of(from_);
  if (!held || held->channel_block != 1) {
    from_ = plain_md(x_);
    held = blocking_of(from_);
  }
  strides_ = held->strides;
}

void PaddedImage::fill_rows(const float* x, RowsAt<float> y, int64_t first, int64_t last) const {
  const int64_t c = x_[1], w = x_[3], floats = shape_[3] * c;
  for (int64_t i = first; i < last; ++i) {
    float* const to = y.at + (i & y.mask) * floats;
    std::fill(to, to + floats, 0.0f);
    const int64_t n = i / shape_[2], row = i % shape_[2] - pad_.top;
    if (row < 0 || row >= x_[2]) continue;
    const float* const from = x + n * strides_[0] + row * strides_[2];
    float* const at = to + pad_.left * c;
    if (c == 3 && strides_[3] == 1) {
      interleave_three(from, strides_[1], w, at);
      continue;
    }
    for (int64_t channel = 0; channel < c; ++channel)
      for (int64_t q = 0; q < w; ++q) at[q * c + channel] = from[channel * strides_[1] + q * strides_[3]];
  }
}

}  // namespace fxe::cpu
