// SPDX-License-Identifier: Apache-2.0
#include "layers/graph.h"
#include "onnx.pb.h"
#include "tests/fuzz/onnx_models.h"
#include "tests/fuzz/target.h"
#include "weights_converter/onnx/file.h"

namespace fxe::fuzz {

namespace {

void run(Bytes input) {
  if (!is_onnx(input)) throw bad_input("not ONNX");
  WeightFile file = read_onnx(input, "no-such-folder");
  for (const auto& [name, tensor] : file.tensors) touch(tensor.bytes);
  bind_weights(*std::move(file.graph), std::move(file.tensors), "m");
}

}  // namespace

Target onnx() { return {"onnx", 4096, run, onnx_models}; }

}  // namespace fxe::fuzz
