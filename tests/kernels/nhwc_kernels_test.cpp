// SPDX-License-Identifier: Apache-2.0
// The kernels on NHWC values, compiled for the host, against plain loops in double precision.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "kernels/nhwc_channels.cu"
#include "kernels/nhwc_conv.cu"
#include "kernels/nhwc_layout.cu"
#include "kernels/nhwc_lrn.cu"
#include "kernels/nhwc_pointwise.cu"
#include "kernels/nhwc_pool.cu"
#include "kernels/nhwc_softmax.cu"
#include "tests/kernels/schedules.h"
#include "tests/support/compare.h"
#include "tests/support/generate.h"

namespace fxe::test {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr double kUnit = 0x1p-24;  // of fp32

float rounded(DType type, float x) {
  if (type == DType::f16) return half_to_float(float_to_half(x));
  if (type == DType::bf16) return bfloat16_to_float(float_to_bfloat16(x));
  return x;
}

double unit_roundoff(DType type) {
  return type == DType::f16 ? 0x1p-11 : type == DType::bf16 ? 0x1p-8 : kUnit;
}

// What rounding a result to the storage type may do to it; 2^-25 is half the least subnormal of fp16.
double stored_bound(DType type, double r) { return unit_roundoff(type) * std::fabs(r) + 0x1p-25; }

// A value in guarded memory, filled with NaN: what a kernel does not write, or reads past the channels,
// shows.
class Image {
 public:
  Image(DType type, int64_t n, int64_t c, int64_t h, int64_t w)
      : t_{.dtype = type, .n = n, .h = h, .w = w, .c = c, .stored_c = stored_channels(type, c)},
        memory_(static_cast<size_t>(t_.elements()) * size_bytes(type)) {
    t_.data = memory_.data();
    for (int64_t i = 0; i < t_.elements(); ++i) write(i, kNan);
  }

  // Values as stored, in plain order; padding is zero, as every kernel leaves it.
  Image(DType type, int64_t n, int64_t c, int64_t h, int64_t w, const std::vector<float>& plain)
      : Image(type, n, c, h, w) {
    for (int64_t i = 0; i < t_.elements(); ++i) write(i, 0);
    for (size_t i = 0; i < plain.size(); ++i) write(stored_index(static_cast<int64_t>(i)), plain[i]);
  }

  const NhwcTensor& tensor() const { return t_; }
  int64_t count() const { return t_.n * t_.c * t_.h * t_.w; }
  float at(int64_t n, int64_t c, int64_t h, int64_t w) const {
    return read(((n * t_.h + h) * t_.w + w) * t_.stored_c + c);
  }
  std::vector<float> plain() const {
    std::vector<float> values;
    for (int64_t i = 0; i < count(); ++i) values.push_back(read(stored_index(i)));
    return values;
  }
  // Nothing written outside, and zeros past the channels.
  bool whole() const {
    for (int64_t i = 0; i < t_.elements(); ++i)
      if (i % t_.stored_c >= t_.c && read(i) != 0) return false;
    return memory_.intact();
  }

 private:
  int64_t stored_index(int64_t i) const {
    const int64_t w = i % t_.w, h = i / t_.w % t_.h, c = i / t_.w / t_.h % t_.c, n = i / t_.w / t_.h / t_.c;
    return ((n * t_.h + h) * t_.w + w) * t_.stored_c + c;
  }
  void write(int64_t i, float x) {
    if (t_.dtype == DType::f32)
      static_cast<float*>(t_.data)[i] = x;
    else
      static_cast<uint16_t*>(t_.data)[i] = t_.dtype == DType::f16 ? float_to_half(x) : float_to_bfloat16(x);
  }
  float read(int64_t i) const {
    if (t_.dtype == DType::f32) return static_cast<const float*>(t_.data)[i];
    const uint16_t bits = static_cast<const uint16_t*>(t_.data)[i];
    return t_.dtype == DType::f16 ? half_to_float(bits) : bfloat16_to_float(bits);
  }

  NhwcTensor t_;
  Guarded memory_;
};

class NhwcKernels : public testing::TestWithParam<DType> {
 protected:
  DType type() const { return GetParam(); }

  std::vector<float> values(const char* stream, int64_t count, double scale = 1) {
    Random random(7, stream);
    std::vector<float> v = normals(random, static_cast<size_t>(count), scale);
    for (float& x : v) x = rounded(type(), x);
    return v;
  }
  Image image(const char* stream, int64_t n, int64_t c, int64_t h, int64_t w, double scale = 1) {
    return {type(), n, c, h, w, values(stream, n * c * h * w, scale)};
  }

  // Runs `write` in every order of threads on a fresh y and compares it with the reference, which gets (n c h
  // w) of y. `bound`: of the error before the result is stored.
  template <class Write, class Reference, class Bound>
  void expect(Image y, Write write, Reference reference, Bound bound) {
    const NhwcTensor& t = y.tensor();
    std::vector<double> expected;
    for (int64_t n = 0; n < t.n; ++n)
      for (int64_t c = 0; c < t.c; ++c)
        for (int64_t h = 0; h < t.h; ++h)
          for (int64_t w = 0; w < t.w; ++w) expected.push_back(reference(n, c, h, w));
    for (const Schedule& schedule : schedules()) {
      simt::options() = schedule.options;
      Image fresh(t.dtype, t.n, t.c, t.h, t.w);
      write(*queue_, fresh.tensor());
      const Comparison comparison =
          compare(fresh.plain(), expected, [&](size_t i) { return bound(expected[i]); });
      EXPECT_TRUE(comparison) << name(t.dtype) << ", " << schedule.name << ": " << comparison.message;
      EXPECT_TRUE(fresh.whole()) << name(t.dtype) << ", " << schedule.name;
    }
  }
  template <class Write, class Reference>
  void expect_exact(Image y, Write write, Reference reference) {
    expect(std::move(y), write, reference, [](double) { return 0.0; });
  }

  std::unique_ptr<Device> device_ = make_host_device();
  std::unique_ptr<Queue> queue_ = device_->make_queue();
};

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
        [&](Queue& q, const NhwcTensor& y) { launch_nhwc_from_plain(q, x.data(), y); },
        [&](auto... at) { return rounded(type(), x[plain_index(at...)]); });

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

TEST_P(NhwcKernels, PointwiseAddsScalesAndActivates) {
  const int64_t n = 2, c = 13, h = 3, w = 2;
  const Image x = image("x", n, c, h, w), other = image("other", n, c, h, w);
  Random random(3, "per channel");
  const std::vector<float> scale = normals(random, c), shift = normals(random, c);
  using Kind = PointwiseFunction::Kind;
  const NhwcTensor none{};
  for (const PointwiseFunction& f : {PointwiseFunction{},
                                     {.kind = Kind::relu},
                                     {.kind = Kind::leaky_relu, .slope = 0.25f},
                                     {.kind = Kind::clip, .low = 0.5f, .high = 1.5f}})
    for (int which = 0; which < 8; ++which) {
      const bool scaled = which & 1, shifted = which & 2, added = which & 4;
      expect(
          Image(type(), n, c, h, w),
          [&](Queue& q, const NhwcTensor& y) {
            launch_nhwc_pointwise(q, x.tensor(), scaled ? scale.data() : nullptr,
                                  shifted ? shift.data() : nullptr, added ? other.tensor() : none, f, y);
          },
          [&](int64_t in, int64_t ic, int64_t ih, int64_t iw) {
            double v = x.at(in, ic, ih, iw);
            const auto channel = static_cast<size_t>(ic);
            if (scaled) v *= scale[channel];
            if (shifted) v += shift[channel];
            if (added) v += other.at(in, ic, ih, iw);
            if (f.kind == Kind::relu) return std::max(v, 0.0);
            if (f.kind == Kind::leaky_relu) return v < 0 ? 0.25 * v : v;
            return f.kind == Kind::clip ? std::min(std::max(v, 0.5), 1.5) : v;
          },
          [&](double r) { return stored_bound(type(), r) + 16 * 4 * kUnit; });  // |terms| <= 16, 4 roundings
    }
}

TEST_P(NhwcKernels, ActivationsKeepNan) {
  const Image x(type(), 1, 8, 1, 2, std::vector<float>(16, kNan));
  Image y(type(), 1, 8, 1, 2);
  using Kind = PointwiseFunction::Kind;
  for (const Kind kind : {Kind::none, Kind::relu, Kind::leaky_relu, Kind::clip}) {
    launch_nhwc_pointwise(*queue_, x.tensor(), nullptr, nullptr, {}, {kind, 0.5f, 0, 6}, y.tensor());
    for (const float v : y.plain()) EXPECT_TRUE(std::isnan(v));
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
      // Rounded up: the last windows stick out.
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
          // Relative: the difference x - max, at most 400, is rounded once; 10 additions per thread and
          // lanes.
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

TEST_P(NhwcKernels, PlacesChannels) {
  const Image a = image("a", 2, 5, 4, 3), b = image("b", 2, 6, 4, 3), full = image("full", 2, 8, 4, 3);
  const auto end = static_cast<int>(stored_channels(type(), 11));
  expect_exact(
      Image(type(), 2, 11, 4, 3),
      [&](Queue& q, const NhwcTensor& y) {
        launch_nhwc_place_channels(q, a.tensor(), {.first = 0, .from = 0, .to = 5}, y);
        launch_nhwc_place_channels(q, b.tensor(), {.first = 5, .from = 5, .to = end}, y);
      },
      [&](int64_t n, int64_t c, int64_t h, int64_t w) {
        return c < 5 ? a.at(n, c, h, w) : b.at(n, c - 5, h, w);
      });
  expect_exact(
      Image(type(), 2, 3 + 8 + 2, 2, 2),
      [&](Queue& q, const NhwcTensor& y) {
        const ChannelPlace place{
            .stride_h = 2, .stride_w = 2, .first = 3, .from = 0, .to = static_cast<int>(y.stored_c)};
        launch_nhwc_place_channels(q, full.tensor(), place, y);
      },
      [&](int64_t n, int64_t c, int64_t h, int64_t w) {
        return c < 3 || c >= 11 ? 0.0f : full.at(n, c - 3, h * 2, w * 2);
      });
}

struct ConvCase {
  int64_t c, k, groups;
  DirectConv conv;  // geometry
  int pad_after;
};

TEST_P(NhwcKernels, ConvolutionsPadStrideDilateAndGroup) {
  const int64_t n = 2, h = 8, w = 7;
  const std::vector<ConvCase> cases{
      {13, 13, 13, {.r = 3, .s = 3, .pad_top = 1, .pad_left = 1}, 1},
      {16, 16, 16, {.r = 3, .s = 3, .stride_h = 2, .stride_w = 2, .pad_top = 0, .pad_left = 0}, 1},
      {6, 9, 3, {.r = 3, .s = 2, .dilation_h = 2, .dilation_w = 1, .pad_top = 2, .pad_left = 0}, 1},
      {3, 10, 1, {.r = 2, .s = 3, .stride_h = 1, .stride_w = 2, .pad_top = 1, .pad_left = 2}, 0}};
  for (const ConvCase& test : cases) {
    DirectConv conv = test.conv;
    conv.groups = static_cast<int>(test.groups);
    const bool depthwise = test.c == test.groups && test.k == test.groups;
    const int64_t gc = test.c / test.groups, gk = test.k / test.groups, taps = conv.r * conv.s;
    const int64_t p =
        (h + conv.pad_top + test.pad_after - conv.dilation_h * (conv.r - 1) - 1) / conv.stride_h + 1;
    const int64_t q =
        (w + conv.pad_left + test.pad_after - conv.dilation_w * (conv.s - 1) - 1) / conv.stride_w + 1;
    const Image x = image("x", n, test.c, h, w), residual = image("residual", n, test.k, p, q);
    const std::vector<float> bias = values("bias", test.k);
    // [r s c/groups k] as an image of r * s "images" of c/groups "rows" and one column.
    const Image weight = image("w", taps, test.k, gc, 1);
    conv.weight = weight.tensor().data;
    for (const bool full : {false, true}) {
      conv.bias = full ? bias.data() : nullptr;
      conv.f = full ? PointwiseFunction{.kind = PointwiseFunction::Kind::relu} : PointwiseFunction{};
      expect(
          Image(type(), n, test.k, p, q),
          [&](Queue& queue, const NhwcTensor& y) {
            (depthwise ? launch_nhwc_depthwise : launch_nhwc_direct_conv)(
                queue, x.tensor(), conv, full ? residual.tensor() : NhwcTensor{}, y);
          },
          [&](int64_t in, int64_t ik, int64_t ip, int64_t iq) {
            double sum =
                full ? double{bias[static_cast<size_t>(ik)]} + double{residual.at(in, ik, ip, iq)} : 0;
            for (int64_t r = 0; r < conv.r; ++r)
              for (int64_t s = 0; s < conv.s; ++s)
                for (int64_t ic = 0; ic < gc; ++ic) {
                  const int64_t ih = ip * conv.stride_h - conv.pad_top + r * conv.dilation_h;
                  const int64_t iw = iq * conv.stride_w - conv.pad_left + s * conv.dilation_w;
                  if (ih >= 0 && iw >= 0 && ih < h && iw < w)
                    sum += double{x.at(in, ik / gk * gc + ic, ih, iw)} *
                           double{weight.at(r * conv.s + s, ik, ic, 0)};
                }
            return full ? std::max(sum, 0.0) : sum;
          },
          // At most 20 terms of at most 16, each through at most 20 roundings.
          [&](double r) { return stored_bound(type(), r) + 20 * 16 * 20 * kUnit; });
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Types, NhwcKernels, testing::Values(DType::f32, DType::f16, DType::bf16),
                         [](const auto& type) { return std::string(name(type.param)); });

}  // namespace
}  // namespace fxe::test
