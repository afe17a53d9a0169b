// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/dot_tile.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/dtype.h"
#include "tests/support/compare.h"
#include "tests/support/generate.h"

namespace fxe::test {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// A tile of small integers, which no order of summation rounds, and the expected result in double precision.
class Tile {
 public:
  Tile(int rows, int columns, int64_t taps, int64_t run, bool bf16)
      : t_{.rows = rows, .taps = taps, .run = run, .bf16_weights = bf16, .columns = columns},
        width_(panel_columns(columns)),
        weights_(static_cast<size_t>(taps * run * width_) * (bf16 ? 2 : 4)),
        y_(static_cast<size_t>(rows) * kStep * sizeof(float)) {
    Random random(static_cast<uint64_t>(rows * 1000 + columns), bf16 ? "bf16" : "fp32");
    const int64_t terms = taps * run;
    for (int64_t i = 0; i < taps * rows; ++i) {
      inputs_.push_back(integers(random, static_cast<size_t>(run), terms));
      x_.push_back(nullptr);
    }
    for (size_t i = 0; i < inputs_.size(); ++i) x_[i] = inputs_[i].data();
    w_ = integers(random, static_cast<size_t>(terms * columns), terms);
    bias_ = integers(random, static_cast<size_t>(width_), 4);
    residual_ = integers(random, static_cast<size_t>(rows) * kStep, 4);
    pack();
    t_.x = x_.data();
    t_.bias = bias_.data();
    t_.y = static_cast<float*>(y_.data());
    t_.y_step = kStep;
    t_.low = -kInfinity;
    t_.high = kInfinity;
    t_.next = weights_.data();
    t_.next_bytes = 64 * terms;
  }

  DotTileCpu& tile() { return t_; }
  const std::vector<float>& residual() const { return residual_; }
  std::vector<float>& input(size_t i) { return inputs_[i]; }

  std::string run() {
    std::fill_n(t_.y, t_.rows * kStep, kUntouched);
    dot_tile(t_);
    return check();
  }

  // Runs the taps in two calls.
  std::string run_in_two(int64_t first_taps) {
    std::fill_n(t_.y, t_.rows * kStep, kUntouched);
    DotTileCpu first = t_, second = t_;
    first.taps = first_taps;
    first.residual = nullptr;
    first.low = -kInfinity;
    first.high = kInfinity;
    second.taps -= first_taps;
    second.x += first_taps * t_.rows;
    second.weights =
        static_cast<const std::byte*>(t_.weights) + first_taps * t_.run * width_ * (t_.bf16_weights ? 2 : 4);
    second.continues = true;
    dot_tile(first);
    dot_tile(second);
    return check();
  }

 private:
  std::string check() {
    if (!y_.intact()) return "wrote outside of y";
    std::vector<float> found;
    std::vector<double> expected;
    for (int64_t j = 0; j < t_.rows; ++j)
      for (int64_t k = 0; k < kStep; ++k) {
        found.push_back(t_.y[j * kStep + k]);
        expected.push_back(k < t_.columns ? at(j, k) : kUntouched);
      }
    const Comparison c = compare_exact(found, expected);
    return c ? "" : c.message;
  }

  static constexpr int64_t kStep = 67;
  static constexpr float kUntouched = -12345;

  void pack() {
    for (int64_t i = 0; i < t_.taps * t_.run; ++i)
      for (int k = 0; k < t_.columns; ++k) {
        const float w = w_[static_cast<size_t>(i * t_.columns + k)];
        if (t_.bf16_weights)
          static_cast<uint16_t*>(weights_.data())[i * width_ + packed_bf16_column(k, width_)] =
              float_to_bfloat16(w);
        else
          static_cast<float*>(weights_.data())[i * width_ + k] = w;
      }
    t_.weights = weights_.data();
  }

  double at(int64_t j, int64_t k) const {
    double sum = bias_[static_cast<size_t>(k)];
    for (int64_t tap = 0; tap < t_.taps; ++tap)
      for (int64_t i = 0; i < t_.run; ++i)
        sum += double{t_.x[tap * t_.rows + j][i]} *
               double{w_[static_cast<size_t>((tap * t_.run + i) * t_.columns + k)]};
    if (t_.residual) sum += double{t_.residual[j * kStep + k]};
    return std::fmin(std::fmax(sum, double{t_.low}), double{t_.high});
  }

  DotTileCpu t_{};
  int width_;
  std::vector<std::vector<float>> inputs_;
  std::vector<const float*> x_;
  std::vector<float> w_, bias_, residual_;
  Guarded weights_, y_;
};

#define SKIP_WITHOUT_THE_KERNEL() \
  if (!dot_tile_works()) GTEST_SKIP() << "this processor has no AVX-512"

TEST(DotTileCpu, EveryNumberOfRowsAndColumns) {
  SKIP_WITHOUT_THE_KERNEL();
  for (int rows = 1; rows <= kDotTileRows; ++rows)
    for (int columns = 1; columns <= kDotTileColumns; ++columns)
      for (const bool bf16 : {false, true})
        ASSERT_EQ(Tile(rows, columns, 1, 5, bf16).run(), "")
            << rows << " rows, " << columns << " columns, bf16 " << bf16;
}

TEST(DotTileCpu, EveryLengthOfARunAndSeveralTaps) {
  SKIP_WITHOUT_THE_KERNEL();
  for (const int64_t taps : {1, 2, 9})
    for (int64_t run = 1; run <= 9; ++run)
      for (const bool bf16 : {false, true})
        ASSERT_EQ(Tile(7, 50, taps, run, bf16).run(), "")
            << taps << " taps, run " << run << ", bf16 " << bf16;
}

TEST(DotTileCpu, ResidualsAndClipping) {
  SKIP_WITHOUT_THE_KERNEL();
  for (const int columns : {5, 16, 33, 64})
    for (const auto& [low, high] : {std::pair{0.0f, kInfinity}, {0.0f, 6.0f}, {-kInfinity, 1.0f}}) {
      Tile t(12, columns, 2, 6, false);
      t.tile().low = low;
      t.tile().high = high;
      EXPECT_EQ(t.run(), "") << columns << " columns, clip to " << low << ", " << high;
      t.tile().residual = t.residual().data();
      EXPECT_EQ(t.run(), "") << columns << " columns, residual, clip to " << low << ", " << high;
    }
}

TEST(DotTileCpu, ContinuesWithWhatIsThere) {
  SKIP_WITHOUT_THE_KERNEL();
  for (int rows = 1; rows <= kDotTileRows; ++rows)
    for (const int columns : {5, 16, 33, 64})
      for (const bool bf16 : {false, true}) {
        Tile t(rows, columns, 3, 6, bf16);
        t.tile().low = 0;
        t.tile().residual = t.residual().data();
        for (const int64_t first : {1, 2})
          ASSERT_EQ(t.run_in_two(first), "") << rows << " rows, " << columns << " columns, bf16 " << bf16;
      }
}

TEST(DotTileCpu, NanStaysNan) {
  SKIP_WITHOUT_THE_KERNEL();
  Tile t(12, 40, 1, 8, false);
  t.tile().low = 0;
  t.tile().high = 6;
  t.input(3)[2] = std::numeric_limits<float>::quiet_NaN();
  dot_tile(t.tile());
  for (int64_t j = 0; j < 12; ++j)
    for (int64_t k = 0; k < 40; ++k) EXPECT_EQ(std::isnan(t.tile().y[j * t.tile().y_step + k]), j == 3);
}

}  // namespace
}  // namespace fxe::test
