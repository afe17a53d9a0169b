// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/windows.h"

#include <algorithm>

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

void Windows::find(RowsAt<const float> x, int64_t pixel, int rows, const float** to) const {
  int64_t q = pixel % q_, p = pixel / q_ % p_, n = pixel / (p_ * q_);
  for (int done = 0; done < rows; q = 0) {
    const auto count = static_cast<int>(std::min<int64_t>(rows - done, q_ - q));
    find_in_row(x, n, p, q, count, to + done, rows);
    done += count;
    if (++p == p_) p = 0, ++n;
  }
}

// Output pixels q to q + count - 1 of row p of image n; `step`: distance between taps in `to`.
void Windows::find_in_row(RowsAt<const float> x, int64_t n, int64_t p, int64_t q, int count, const float** to,
                          int step) const {
  const int64_t top = p * op_.stride.h - op_.pad.top, left = q * op_.stride.w - op_.pad.left;
  const int64_t floats = op_.stride.w * c_, width = (count - 1) * op_.stride.w;  // to the next, to the last
  for (int64_t r = 0; r < op_.filter.h; ++r) {
    const int64_t row = top + r * op_.dilation.h, first = ((n * h_ + row) & x.mask) * w_;
    for (int64_t s = 0; s < taps_w_; ++s, to += step) {
      const int64_t column = left + s * op_.dilation.w;
      if (row < 0 || row >= h_)
        std::fill_n(to, count, zeros_->data());
      else if (column >= 0 && column + width < w_)
        for (int j = 0; j < count; ++j) to[j] = x.at + (first + column) * c_ + j * floats;
      else
        for (int j = 0; j < count; ++j) {
          const int64_t at = column + j * op_.stride.w;
          to[j] = at >= 0 && at < w_ ? x.at + (first + at) * c_ : zeros_->data();
        }
    }
  }
}

}  // namespace fxe::cpu
