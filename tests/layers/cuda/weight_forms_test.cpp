// SPDX-License-Identifier: Apache-2.0
#include "layers/cuda/weight_forms.h"

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>

#include "engine/error.h"

namespace fxe::cuda {
namespace {

std::vector<float> counting(int64_t count) {
  std::vector<float> values(static_cast<size_t>(count));
  std::iota(values.begin(), values.end(), 1.0f);
  return values;
}

TEST(WeightForms, KrscAndRsckHoldEveryWeightOnceAndZerosElsewhere) {
  const int64_t k = 3, c = 5, r = 2, s = 3, stored_k = 4, stored_c = 8;
  const std::vector<float> w = counting(k * c * r * s);
  const std::vector<float> krsc = to_krsc(w, k, c, {r, s}, stored_k, stored_c);
  const std::vector<float> rsck = to_rsck(w, k, c, {r, s}, stored_k);
  ASSERT_EQ(krsc.size(), static_cast<size_t>(stored_k * r * s * stored_c));
  ASSERT_EQ(rsck.size(), static_cast<size_t>(r * s * c * stored_k));
  for (int64_t ik = 0; ik < stored_k; ++ik)
    for (int64_t ic = 0; ic < stored_c; ++ic)
      for (int64_t ir = 0; ir < r; ++ir)
        for (int64_t is = 0; is < s; ++is) {
          const float expected =
              ik < k && ic < c ? w[static_cast<size_t>(((ik * c + ic) * r + ir) * s + is)] : 0;
          EXPECT_EQ(krsc[static_cast<size_t>(((ik * r + ir) * s + is) * stored_c + ic)], expected);
          if (ic < c) {
            EXPECT_EQ(rsck[static_cast<size_t>(((ir * s + is) * c + ic) * stored_k + ik)], expected);
          }
        }
}

// The product with a flattened image must not depend on the image's layout.
TEST(WeightForms, RowsMultiplyAnImageAsItIsKept) {
  const NhwcTensor image{.n = 1, .h = 2, .w = 3, .c = 5, .stored_c = 8};
  const int64_t k = 3, plain = image.c * image.h * image.w, stored = image.h * image.w * image.stored_c;
  const std::vector<float> w = counting(k * plain), x = counting(plain);
  const std::vector<float> rows = to_rows_of(w, k, image, 4);
  std::vector<float> kept(static_cast<size_t>(stored), -1.0f);  // padding: multiplied by zero weights
  for (int64_t i = 0; i < plain; ++i) {
    const int64_t ic = i / (image.h * image.w), pixel = i % (image.h * image.w);
    kept[static_cast<size_t>(pixel * image.stored_c + ic)] = x[static_cast<size_t>(i)];
  }
  for (int64_t ik = 0; ik < 4; ++ik) {
    double expected = 0, found = 0;
    for (int64_t i = 0; i < plain && ik < k; ++i)
      expected += double{w[static_cast<size_t>(ik * plain + i)]} * double{x[static_cast<size_t>(i)]};
    for (int64_t i = 0; i < stored; ++i)
      found += double{rows[static_cast<size_t>(ik * stored + i)]} * double{kept[static_cast<size_t>(i)]};
    EXPECT_EQ(found, expected);  // integers
  }
}

TEST(WeightForms, BytesAreRoundedToNearest) {
  const std::vector<float> values{1.0f, -0.1f, 65504.0f, 3e-8f};
  for (const DType type : {DType::f32, DType::f16, DType::bf16}) {
    const std::vector<std::byte> bytes = to_bytes(values, type, "w");
    ASSERT_EQ(bytes.size(), values.size() * size_bytes(type));
    for (size_t i = 0; i < values.size(); ++i) {
      uint16_t bits = 0;
      float found = 0;
      std::memcpy(type == DType::f32 ? static_cast<void*>(&found) : &bits, &bytes[i * size_bytes(type)],
                  size_bytes(type));
      if (type == DType::f16) found = half_to_float(bits);
      if (type == DType::bf16) found = bfloat16_to_float(bits);
      EXPECT_NEAR(found, values[i],
                  std::abs(values[i]) * (type == DType::bf16 ? 0x1p-8f : 0x1p-11f) + 0x1p-25f);
    }
  }
}

TEST(WeightForms, WhatHalfCannotHoldIsRefusedByName) {
  EXPECT_NO_THROW(to_bytes(std::vector<float>{65519.0f}, DType::f16, "fc.weight"));
  EXPECT_NO_THROW(to_bytes(std::vector<float>{1e6f}, DType::bf16, "fc.weight"));
  try {
    to_bytes(std::vector<float>{0, 65520.0f}, DType::f16, "fc.weight");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::bad_input);
    EXPECT_NE(std::string(e.what()).find("fc.weight"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace fxe::cuda
