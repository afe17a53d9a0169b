// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "weights_converter/onnx/function.h"
#include "weights_converter/onnx/import.h"

// How operators extend the function that a flow has become (onnx_function.h). A function recognised as
// complete goes into the graph at once; others when something else reads them.
namespace fxe {

// Input i of an element-wise node, after putting a Pad's pending padding into the graph.
OnnxFlow open_flow(OnnxImport&, const OnnxNode&, size_t i);

using OnnxPolynomial = OnnxAlgebra::Polynomial;
using OnnxStep = std::function<OnnxPolynomial(OnnxAlgebra&, const OnnxPolynomial&)>;
using OnnxJoint = std::function<OnnxPolynomial(OnnxAlgebra&, const OnnxPolynomial&, const OnnxPolynomial&)>;

// Each sets the node's output. `act`: the step itself, if fxe has it.
void apply_onnx(OnnxImport&, const OnnxNode&, const OnnxFlow& x, const OnnxStep&,
                std::optional<Activation> act = {});
void affine_onnx(OnnxImport&, const OnnxNode&, const OnnxFlow& x, double a, double b);  // a x + b

// A function of two functions of one value; false if they are of two values, or if one is broadcast.
bool join_onnx(OnnxImport&, const OnnxNode&, const OnnxFlow& a, const OnnxFlow& b, const OnnxJoint&,
               bool is_sum = false);

}  // namespace fxe
