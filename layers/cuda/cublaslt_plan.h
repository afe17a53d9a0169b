// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cublasLt.h>

#include <optional>
#include <string>
#include <vector>

#include "engine/dtype.h"
#include "layers/cuda/plan_choice.h"

namespace fxe {

// y = relu?(x w^T + bias?): a fully connected layer. x [rows depth] and w [outputs depth] have one type; y
// [rows outputs] and bias [outputs] have that type or fp32. All are row-major without gaps.
struct LtMatmul {
  DType dtype = DType::f32, y_dtype = DType::f32;
  int64_t rows = 1, outputs = 1, depth = 1;
  bool bias = false, relu = false;

  std::string str() const;  // a key and a repro line
};

// One way for cuBLASLt to run a product: an algorithm and descriptors, all plain values. Running it allocates
// nothing and creates no library object.
class LtPlan {
 public:
  // The heuristics' plans, best first and at most `most`, that
  //  * accumulate in fp32, partial sums of a split product included;
  //  * use no tensor cores if the precision is fp32;
  //  * fit the workspace limit.
  static std::vector<LtPlan> candidates(cublasLtHandle_t, const LtMatmul&, const PlanOptions&, size_t most);

  // The plan of an earlier choice. Empty if cuBLASLt cannot make it now or candidates() would not return it.
  static std::optional<LtPlan> make(cublasLtHandle_t, const LtMatmul&, const PlanOptions&, const PlanChoice&);
  PlanChoice choice() const;

  size_t workspace_bytes() const { return workspace_bytes_; }

  // All on the device, aligned to kBufferAlignment; bias is not read if the product has none.
  struct Addresses {
    const void *x, *w, *bias;
    void *y, *workspace;
  };
  void enqueue(cublasLtHandle_t, const Addresses&, cudaStream_t) const;

 private:
  // cuBLASLt's matrices are column-major, so it computes y^T = w x^T.
  struct Description {
    Description(const LtMatmul&, Precision);
    cublasLtMatmulDescOpaque_t operation;
    cublasLtMatrixLayoutOpaque_t w, x, y;
  };
  LtPlan(const Description& description, const cublasLtMatmulAlgo_t& algorithm, size_t workspace_bytes)
      : description_(description), algorithm_(algorithm), workspace_bytes_(workspace_bytes) {}

  Description description_;
  cublasLtMatmulAlgo_t algorithm_;
  size_t workspace_bytes_;
};

}  // namespace fxe
