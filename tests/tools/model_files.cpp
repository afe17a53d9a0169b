// SPDX-License-Identifier: Apache-2.0
#include "tests/tools/model_files.h"

#include <stdexcept>

namespace fxe::test {

ModelFiles::ModelFiles() {
  write_member(folder / kNames[0], "cifar_resnet8", 21, "linear.weight", 3.0f);
  const std::string python = python_with("torch, onnx, numpy");
  if (python.empty()) {
    reason = "no Python with torch, onnx and numpy";
    return;
  }
  const auto run = script_outcome(python, "tools/make_model_files.py", {folder.path()});
  if (run.code != 0) throw std::runtime_error(run.out);
}

const ModelFiles& model_files() {
  static const ModelFiles made;
  return made;
}

}  // namespace fxe::test
