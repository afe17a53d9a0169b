// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/nhwc/nhwc.h"
#include "tests/kernels/schedules.h"
#include "tests/support/compare.h"
#include "tests/support/generate.h"

// The kernels on NHWC values, compiled for the host (nhwc_on_host.cpp), against plain loops in
// double precision.
namespace fxe::test {

inline constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
inline constexpr double kUnit = 0x1p-24;  // of fp32

inline float rounded(DType type, float x) {
  if (type == DType::f16) return half_to_float(float_to_half(x));
  if (type == DType::bf16) return bfloat16_to_float(float_to_bfloat16(x));
  return x;
}

inline double unit_roundoff(DType type) {
  return type == DType::f16 ? 0x1p-11 : type == DType::bf16 ? 0x1p-8 : kUnit;
}

// How far rounding to the storage type may move a result; 2^-25 is half the least subnormal of fp16.
inline double stored_bound(DType type, double r) { return unit_roundoff(type) * std::fabs(r) + 0x1p-25; }

// A value in guarded memory, filled with NaN: reveals what a kernel does not write, or reads past
// the channels.
class Image {
 public:
  Image(DType type, int64_t n, int64_t c, int64_t h, int64_t w)
      : t_{.dtype = type, .n = n, .h = h, .w = w, .c = c, .stored_c = stored_channels(type, c)},
        memory_(static_cast<size_t>(t_.elements()) * size_bytes(type)) {
    t_.data = memory_.data();
    for (int64_t i = 0; i < t_.elements(); ++i) write(i, kNan);
  }

  // Values as stored, in plain order; padding is zero, as every kernel keeps it.
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
  // Whether nothing was written outside, and channels past the last are zero.
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

// Per-channel numbers for a kernel: as many as channels are stored; those past the channels are NaN, which no
// kernel may let out.
class PerChannel {
 public:
  PerChannel(DType type, const std::vector<float>& values)
      : memory_(static_cast<size_t>(stored_channels(type, static_cast<int64_t>(values.size()))) *
                sizeof(float)),
        values_(static_cast<float*>(memory_.data())) {
    std::fill_n(values_, stored_channels(type, static_cast<int64_t>(values.size())), kNan);
    std::copy(values.begin(), values.end(), values_);
  }
  PerChannel(const PerChannel&) = delete;
  PerChannel& operator=(const PerChannel&) = delete;

  const float* data() const { return values_; }
  double operator[](int64_t c) const { return double{values_[c]}; }

 private:
  Guarded memory_;
  float* values_;
};

// An expected result, and how far from it a result may be.
struct Within {
  double value, bound;
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
  // w) of y.
  template <class Write, class Reference>
  void expect(Image y, Write write, Reference reference) {
    const NhwcTensor& t = y.tensor();
    std::vector<double> expected, bounds;
    for (int64_t n = 0; n < t.n; ++n)
      for (int64_t c = 0; c < t.c; ++c)
        for (int64_t h = 0; h < t.h; ++h)
          for (int64_t w = 0; w < t.w; ++w) {
            const Within within = reference(n, c, h, w);
            expected.push_back(within.value);
            bounds.push_back(within.bound);
          }
    for (const Schedule& schedule : schedules()) {
      simt::options() = schedule.options;
      Image fresh(t.dtype, t.n, t.c, t.h, t.w);
      write(*queue_, fresh.tensor());
      const Comparison comparison = compare(fresh.plain(), expected, [&](size_t i) { return bounds[i]; });
      EXPECT_TRUE(comparison) << name(t.dtype) << ", " << schedule.name << ": " << comparison.message;
      EXPECT_TRUE(fresh.whole()) << name(t.dtype) << ", " << schedule.name;
    }
  }
  // `error`: how far a result may be off before it is stored.
  Within within(double value, double error) const { return {value, error + stored_bound(type(), value)}; }
  template <class Write, class Reference, class Bound>
  void expect(Image y, Write write, Reference reference, Bound bound) {
    expect(std::move(y), write, [&](auto... at) {
      const double r = reference(at...);
      return Within{r, bound(r)};
    });
  }
  template <class Write, class Reference>
  void expect_exact(Image y, Write write, Reference reference) {
    expect(std::move(y), write, reference, [](double) { return 0.0; });
  }

  std::unique_ptr<Device> device_ = make_host_device();
  std::unique_ptr<Queue> queue_ = device_->make_queue();
};

}  // namespace fxe::test
