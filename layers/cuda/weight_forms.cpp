// SPDX-License-Identifier: Apache-2.0
#include "layers/cuda/weight_forms.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/error.h"

namespace fxe::cuda {

namespace {

constexpr float kPastHalf = 65520;  // the least that rounds to infinity

std::vector<float> zeros(int64_t count) { return std::vector<float>(static_cast<size_t>(count)); }

}  // namespace

std::vector<float> to_krsc(std::span<const float> kcrs, int64_t k, int64_t c, const Extent2& filter,
                           int64_t stored_k, int64_t stored_c) {
  const int64_t taps = filter.h * filter.w;
  std::vector<float> krsc = zeros(stored_k * taps * stored_c);
  for (int64_t ik = 0; ik < k; ++ik)
    for (int64_t tap = 0; tap < taps; ++tap)
      for (int64_t ic = 0; ic < c; ++ic)
        krsc[static_cast<size_t>((ik * taps + tap) * stored_c + ic)] =
            kcrs[static_cast<size_t>((ik * c + ic) * taps + tap)];
  return krsc;
}

std::vector<float> to_rsck(std::span<const float> kcrs, int64_t k, int64_t c, const Extent2& filter,
                           int64_t stored_k) {
  const int64_t taps = filter.h * filter.w;
  std::vector<float> rsck = zeros(taps * c * stored_k);
  for (int64_t tap = 0; tap < taps; ++tap)
    for (int64_t ic = 0; ic < c; ++ic)
      for (int64_t ik = 0; ik < k; ++ik)
        rsck[static_cast<size_t>((tap * c + ic) * stored_k + ik)] =
            kcrs[static_cast<size_t>((ik * c + ic) * taps + tap)];
  return rsck;
}

std::vector<float> to_rows_of(std::span<const float> kc, int64_t k, const NhwcTensor& image,
                              int64_t stored_k) {
  return to_krsc(kc, k, image.c, {image.h, image.w}, stored_k, image.stored_c);
}

std::vector<float> padded(std::span<const float> values, int64_t stored) {
  std::vector<float> result = zeros(stored);
  std::copy(values.begin(), values.end(), result.begin());
  return result;
}

std::vector<std::byte> to_bytes(std::span<const float> values, DType dtype, const std::string& weight) {
  std::vector<std::byte> bytes(values.size() * size_bytes(dtype));
  if (dtype == DType::f32) {
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
  }
  for (size_t i = 0; i < values.size(); ++i) {
    if (dtype == DType::f16 && !(std::fabs(values[i]) < kPastHalf))
      throw bad_input("weight '{}' holds {}, which fp16 cannot (at most 65504); use --precision bf16 or tf32",
                      weight, values[i]);
    const uint16_t bits = dtype == DType::f16 ? float_to_half(values[i]) : float_to_bfloat16(values[i]);
    std::memcpy(bytes.data() + 2 * i, &bits, 2);
  }
  return bytes;
}

}  // namespace fxe::cuda
