// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/windows.h"

namespace fxe::cpu {

namespace {

bool rows_are_runs(const Conv2d& op) { return !op.pad.any() && op.dilation.w == 1 && op.groups == 1; }

}  // namespace

Windows::Windows(const Conv2d& op, const Shape& x, const Shape& y)
    : op_(op),
      h_(x[2]),
      w_(x[3]),
      c_(x[1]),
      p_(y[2]),
      q_(y[3]),
      pixels_(y[0] * p_ * q_),
      taps_w_(rows_are_runs(op) ? 1 : op.filter.w),
      zeros_(std::make_shared<std::vector<float>>(static_cast<size_t>(c_))) {}

void Windows::find(const float* x, int64_t pixel, int rows, const float** to) const {
  const int64_t reach_h = (op_.filter.h - 1) * op_.dilation.h, reach_w = (op_.filter.w - 1) * op_.dilation.w;
  int64_t q = pixel % q_, p = pixel / q_ % p_, n = pixel / (p_ * q_);
  for (int j = 0; j < rows; ++j) {
    const int64_t top = p * op_.stride.h - op_.pad.top, left = q * op_.stride.w - op_.pad.left;
    const int64_t corner = ((n * h_ + top) * w_ + left) * c_;
    const bool inside = top >= 0 && left >= 0 && top + reach_h < h_ && left + reach_w < w_;
    const float** at = to + j;
    for (int64_t r = 0; r < op_.filter.h; ++r)
      for (int64_t s = 0; s < taps_w_; ++s, at += rows) {
        const int64_t down = r * op_.dilation.h, right = s * op_.dilation.w;
        const bool there =
            inside || (top + down >= 0 && top + down < h_ && left + right >= 0 && left + right < w_);
        *at = there ? x + corner + (down * w_ + right) * c_ : zeros_->data();
      }
    if (++q == q_) {
      q = 0;
      if (++p == p_) p = 0, ++n;
    }
  }
}

}  // namespace fxe::cpu
