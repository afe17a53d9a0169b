// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "layers/run_layer.h"
#include "tests/support/compare.h"

namespace fxe::test {

// One operation and the shapes it runs on. Weights are made to fit.
struct OpCase {
  Op op;
  std::vector<Shape> shapes;
  double input_scale = 1;  // for normal fills

  std::string str() const;  // the repro line: FXE_OP_CASE='<this>' runs this case alone
};

// Cases of every operation; each backend runs the same list.
std::vector<OpCase> op_cases();

// normal: values like those of networks, within the derived bound (docs/design/numerics.md). integer: sums
// that are exact in every order and precision; compared for equality if the operation is then exact.
enum class Fill { normal, integer };

struct OpData {
  std::vector<std::vector<float>> inputs;
  TensorMap weights;
};
OpData make_data(const OpCase&, Fill, uint64_t seed = 1);

// Runs one case on a backend and compares with the reference layer, at the backend's precision.
struct OpCaseResult {
  Comparison comparison;
  std::string implementation;
};
OpCaseResult run_op_case(Backend&, const OpCase&, Fill, const RunLayerOptions& = {});

// Runs every case with both fills, with inputs as the caller gives them, as a convolution leaves them, and
// with inputs that may be overwritten; each outcome is a GoogleTest expectation. Prints the least head-room
// per operation.
void run_op_cases(Backend&, const std::vector<OpCase>& = op_cases());

// For every operation that can pass a NaN on (activations, sums, maxima, convolutions): a NaN among its
// inputs comes out where the reference has one, and nowhere else.
//
// may_be_lost: a ReLU, clip or hard sigmoid fused into a convolution may give its lower end instead of NaN,
// as vendors' libraries do; everything else must still keep it.
enum class FusedNan { kept, may_be_lost };
void run_nan_cases(Backend&, FusedNan = FusedNan::kept);

}  // namespace fxe::test
