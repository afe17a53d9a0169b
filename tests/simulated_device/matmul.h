// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cublasLt.h>

#include <optional>
#include <vector>

#include "engine/dtype.h"

namespace fxe::sim {

// A product as its descriptors give it: D = relu?(op(A) op(B) + bias?), column-major.
struct Matmul {
  struct Matrix {
    DType type = DType::f32;
    int64_t rows = 0, columns = 0, leading = 0;
    int64_t span() const { return (columns - 1) * leading + rows; }  // elements from the first to the last
    size_t bytes() const { return static_cast<size_t>(span()) * size_bytes(type); }
  };

  Matrix a, b, d;
  bool transposed_a = false, transposed_b = false;
  bool has_bias = false, has_relu = false;
  const void* bias = nullptr;
  cublasComputeType_t compute{};
  int64_t depth = 0;

  // Empty if the descriptors contradict each other or ask for something that fxe does not use.
  static std::optional<Matmul> read(cublasLtMatmulDesc_t, cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                    cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d);

  enum class Units { fp32, tensor_cores, fp16_sums };
  // op(A) op(B) over the depths [from, to) only, as [columns of D][rows of D].
  std::vector<float> sums(const void* a_data, const void* b_data, int64_t from, int64_t to, Units) const;

  // Adds the bias, applies ReLU and writes D.
  void finish(std::vector<float> sums, void* d_data) const;
};

// What the heuristics are asked for.
struct MatmulPreference {
  uint64_t workspace_bytes, numerics;
  uint32_t reductions;
  static MatmulPreference read(cublasLtMatmulPreference_t);
};

}  // namespace fxe::sim
