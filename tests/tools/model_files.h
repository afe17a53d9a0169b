// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "tests/tools/command_line.h"

namespace fxe::test {

// One CIFAR ResNet-8 as safetensors and as PyTorch saves it, new and old, and another small network as ONNX
// with its own graph; all for 32 x 32 and 10 classes. Made once per program.
struct ModelFiles {
  static constexpr std::array<const char*, 4> kNames = {"net.safetensors", "zip.pth", "legacy.pth",
                                                        "net.onnx"};

  Folder folder;
  std::string reason;  // why there are none; empty if there are

  ModelFiles();
};
const ModelFiles& model_files();

}  // namespace fxe::test
