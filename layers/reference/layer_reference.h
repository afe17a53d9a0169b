// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "layers/backend.h"

namespace fxe {

// One operation in double precision, with what its rounding-error bound needs. docs/design/numerics.md.
struct LayerReference {
  Shape shape;
  std::vector<double> value;      // r
  std::vector<double> magnitude;  // s: the sum of the absolute values of the terms of r
  int64_t terms = 0;              // K: the number of terms, and so of roundings each may pass
  bool exact = false;             // values are only picked or copied; nothing is rounded
  // For a function at the end, if there is one: what storing its argument first may cost, in u_result, and
  // what computing it may add, always in fp32.
  std::vector<double> stored, function;

  // Unit roundoffs of a computation: of each operand before use, of each operation, of the stored result; and
  // the error that underflow of the result may add.
  struct Rounding {
    double operand = 0, operation = 0, result = 0, underflow = 0;
    // operands may be truncated, as tensor cores do, instead of rounded to nearest
    bool operand_truncates = false;
  };
  static Rounding rounding(Precision precision);

  // |y_i - r_i| is at most this for every order of summation, to first order in the roundoffs:
  //   (K u_operation + 2 u_operand) s_i + u_result (|r_i| + stored_i) + function_i + underflow,
  // and 0 for exact operations.
  double bound(size_t i, const Rounding& rounding) const;
};

// `inputs` are taken as exact; weights are the model's, rounded to fp32. Input is the identity.
LayerReference reference_layer(const Op& op, const std::vector<Shape>& shapes,
                               const std::vector<std::vector<double>>& inputs, const TensorMap& weights);

}  // namespace fxe
