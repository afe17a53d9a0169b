// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "kernels/nhwc/layout.h"
#include "kernels/nhwc/lrn.h"
#include "kernels/nhwc/pool.h"
#include "kernels/nhwc/softmax.h"
#include "tests/kernels/nhwc_fixture.h"

namespace fxe::test {
namespace {

TEST_P(NhwcKernels, LayoutsKeepEveryValue) {
  for (const int64_t c : {3, 8, 21}) {
    const int64_t n = 2, h = 5, w = 3, count = n * c * h * w;
    Random random(1, "plain");
    const std::vector<float> x = normals(random, static_cast<size_t>(count));
    const auto plain_index = [=](int64_t in, int64_t ic, int64_t ih, int64_t iw) {
      return static_cast<size_t>(((in * c + ic) * h + ih) * w + iw);
    };
    expect_exact(
        Image(type(), n, c, h, w),
        [&](Queue& q, const NhwcTensor& y) { launch_nhwc_from_plain(q, x.data(), {}, y); },
        [&](auto... at) { return rounded(type(), x[plain_index(at...)]); });

    // Counted from the second image on.
    const int32_t first = 1;
    expect_exact(
        Image(type(), 1, c, h, w),
        [&](Queue& q, const NhwcTensor& y) { launch_nhwc_from_plain(q, x.data(), {.first = &first}, y); },
        [&](int64_t, auto... at) { return rounded(type(), x[plain_index(1, at...)]); });

    // Images of a larger batch; rows past their number are zero.
    const std::vector<int32_t> images = {1, 0, -1, -1};
    for (const int32_t used : {0, 1, 2})
      expect_exact(
          Image(type(), 4, c, h, w),
          [&](Queue& q, const NhwcTensor& y) {
            launch_nhwc_from_plain(q, x.data(), {images.data(), &used}, y);
          },
          [&](int64_t in, auto... at) {
            return in < used ? rounded(type(), x[plain_index(images[static_cast<size_t>(in)], at...)]) : 0.0f;
          });

    const Image kept = image("kept", n, c, h, w);
    std::vector<float> back(static_cast<size_t>(count));
    launch_nhwc_to_plain(*queue_, kept.tensor(), back.data());
    EXPECT_TRUE(compare_exact(back, kept.plain()));
    expect_exact(
        Image(type(), n, c * h * w, 1, 1),
        [&](Queue& q, const NhwcTensor& y) { launch_nhwc_flatten(q, kept.tensor(), y); },
        [&](int64_t in, int64_t i, int64_t, int64_t) { return kept.at(in, i / w / h, i / w % h, i % w); });
  }
}

// One look-up, then one rounding to the stored type; images of a larger batch, and zeros in the rows past
// their number.
TEST_P(NhwcKernels, PixelsBecomeTheValuesOfTheirChannel) {
  for (const int64_t c : {1, 3, 9}) {
    const int64_t h = 5, w = 7, kept = 3;
    Random random(2, "pixels");
    Guarded memory(static_cast<size_t>(kept * h * w * c));
    auto* pixels = static_cast<uint8_t*>(memory.data());
    for (int64_t i = 0; i < kept * h * w * c; ++i) pixels[i] = static_cast<uint8_t>(random.integer(0, 255));
    pixels[0] = 0, pixels[1] = 255;
    const std::vector<float> values = normals(random, static_cast<size_t>(256 * c));
    const auto value = [&](int64_t image, int64_t ic, int64_t ih, int64_t iw) {
      return rounded(type(),
                     values[static_cast<size_t>(256 * ic + pixels[((image * h + ih) * w + iw) * c + ic])]);
    };
    expect_exact(
        Image(type(), kept, c, h, w),
        [&](Queue& q, const NhwcTensor& y) { launch_nhwc_from_pixels(q, pixels, values.data(), {}, y); },
        value);
    const std::vector<int32_t> images = {1, -1, -1, -1}, from_first = {2, 0, -1, -1};
    const int32_t first = 1, one = 1;
    expect_exact(
        Image(type(), 4, c, h, w),
        [&](Queue& q, const NhwcTensor& y) {
          launch_nhwc_from_pixels(q, pixels, values.data(), {images.data(), &one, &first}, y);
        },
        [&](int64_t in, auto... at) { return in == 0 ? value(2, at...) : 0.0f; });
    for (const int32_t used : {0, 1, 2})
      expect_exact(
          Image(type(), 4, c, h, w),
          [&](Queue& q, const NhwcTensor& y) {
            launch_nhwc_from_pixels(q, pixels, values.data(), {from_first.data(), &used}, y);
          },
          [&](int64_t in, auto... at) {
            return in < used ? value(from_first[static_cast<size_t>(in)], at...) : 0.0f;
          });
  }
}

TEST_P(NhwcKernels, PoolsPadAndClip) {
  const int64_t n = 2, c = 11, h = 7, w = 6;
  std::vector<float> with_nan = values("pool", n * c * h * w);
  with_nan[100] = kNan;
  const Image x(type(), n, c, h, w, with_nan);
  const std::vector<PoolWindow> windows{{.r = 2, .s = 2, .stride_h = 2, .stride_w = 2},
                                        {.r = 3,
                                         .s = 3,
                                         .stride_h = 2,
                                         .stride_w = 2,
                                         .pad_top = 1,
                                         .pad_left = 1,
                                         .pad_bottom = 1,
                                         .pad_right = 1},
                                        {.r = 3,
                                         .s = 2,
                                         .stride_h = 1,
                                         .stride_w = 2,
                                         .pad_top = 0,
                                         .pad_left = 1,
                                         .pad_bottom = 2,
                                         .pad_right = 0}};
  for (PoolWindow window : windows)
    for (int kind = 0; kind < 3; ++kind) {
      window.maximum = kind == 0, window.count_padding = kind == 2;
      // Rounded up: the last windows overhang.
      const int64_t p =
          (h + window.pad_top + window.pad_bottom - window.r + window.stride_h - 1) / window.stride_h;
      const int64_t q =
          (w + window.pad_left + window.pad_right - window.s + window.stride_w - 1) / window.stride_w;
      const auto reference = [&](int64_t in, int64_t ic, int64_t ip, int64_t iq) {
        double sum = 0, best = -INFINITY, inside = 0, counted = 0;
        for (int64_t ih = ip * window.stride_h - window.pad_top, r = 0; r < window.r; ++r, ++ih)
          for (int64_t iw = iq * window.stride_w - window.pad_left, s = 0; s < window.s; ++s, ++iw) {
            counted += ih < h + window.pad_bottom && iw < w + window.pad_right;
            if (ih < 0 || iw < 0 || ih >= h || iw >= w) continue;
            const double v = x.at(in, ic, ih, iw);
            sum += v, ++inside;
            if (v > best || std::isnan(v)) best = v;
          }
        return window.maximum ? best : sum / (window.count_padding ? counted : inside);
      };
      expect(
          Image(type(), n, c, p + 1, q + 1),
          [&](Queue& queue, const NhwcTensor& y) { launch_nhwc_pool(queue, x.tensor(), window, y); },
          reference, [&](double r) { return window.maximum ? 0 : stored_bound(type(), r) + 8 * 10 * kUnit; });
    }
}

TEST_P(NhwcKernels, MeanOverAnImage) {
  for (const auto& [n, c, size] : {std::array<int64_t, 3>{1, 512, 7}, {3, 13, 4}, {2, 5, 1}}) {
    const Image x = image("mean", n, c, size, size);
    expect(
        Image(type(), n, c, 1, 1), [&](Queue& q, const NhwcTensor& y) { launch_nhwc_mean(q, x.tensor(), y); },
        [&, size = size](int64_t in, int64_t ic, int64_t, int64_t) {
          double sum = 0;
          for (int64_t i = 0; i < size * size; ++i) sum += x.at(in, ic, i / size, i % size);
          return sum / static_cast<double>(size * size);
        },
        [&](double r) { return stored_bound(type(), r) + 8 * 50 * kUnit; });
  }
}

TEST_P(NhwcKernels, LrnAcrossChannels) {
  for (const LrnParameters& lrn : {LrnParameters{}, {3, 1, 0.5f, 1}, {7, 0.5f, 0.75f, 2}})
    for (const int64_t c : {3, 16, 21}) {
      const Image x = image("lrn", 1, c, 3, 3, 10);
      expect(
          Image(type(), 1, c, 3, 3),
          [&](Queue& q, const NhwcTensor& y) { launch_nhwc_lrn(q, x.tensor(), lrn, y); },
          [&, c = c](int64_t n, int64_t ic, int64_t h, int64_t w) {
            double squares = 0;
            for (int64_t i = std::max<int64_t>(ic - lrn.size / 2, 0); i <= std::min(ic + lrn.size / 2, c - 1);
                 ++i)
              squares += double{x.at(n, i, h, w)} * double{x.at(n, i, h, w)};
            return double{x.at(n, ic, h, w)} /
                   std::pow(double{lrn.k} + double{lrn.alpha} / lrn.size * squares, double{lrn.beta});
          },
          // size + 4 roundings under a power of at most 3/4, the power itself and the division.
          [&](double r) { return stored_bound(type(), r) + 16 * kUnit * std::fabs(r); });
    }
}

TEST_P(NhwcKernels, SoftmaxOfRows) {
  for (const double scale : {1.0, 60.0})
    for (const int64_t c : {1, 7, 100}) {
      const Image x = image("softmax", 11, c, 1, 1, scale);
      expect(
          Image(type(), 11, c, 1, 1),
          [&](Queue& q, const NhwcTensor& y) { launch_nhwc_softmax(q, x.tensor(), y); },
          [&, c = c](int64_t n, int64_t ic, int64_t, int64_t) {
            double largest = -INFINITY, sum = 0;
            for (int64_t i = 0; i < c; ++i) largest = std::max(largest, double{x.at(n, i, 0, 0)});
            for (int64_t i = 0; i < c; ++i) sum += std::exp(double{x.at(n, i, 0, 0)} - largest);
            return std::exp(double{x.at(n, ic, 0, 0)} - largest) / sum;
          },
          // Relative: the difference x - max, at most 400, is rounded once; 10 additions per thread
          // and lanes.
          [&](double r) { return stored_bound(type(), r) + (400 + 20) * kUnit * r; });
    }
  std::vector<float> with_nan = values("row", 20);
  with_nan[3] = kNan;
  const Image x(type(), 2, 10, 1, 1, with_nan);
  Image y(type(), 2, 10, 1, 1);
  launch_nhwc_softmax(*queue_, x.tensor(), y.tensor());
  for (int64_t c = 0; c < 10; ++c) {
    EXPECT_TRUE(std::isnan(y.at(0, c, 0, 0)));
    EXPECT_FALSE(std::isnan(y.at(1, c, 0, 0)));
  }
}

INSTANTIATE_TEST_SUITE_P(Types, NhwcKernels, testing::Values(DType::f32, DType::f16, DType::bf16),
                         [](const auto& type) { return std::string(name(type.param)); });

}  // namespace
}  // namespace fxe::test
