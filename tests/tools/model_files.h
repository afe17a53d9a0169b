// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "tests/tools/command_line.h"

namespace fxe::test {

// One CIFAR ResNet-8 as safetensors, as PyTorch saves it, new and old, and as DistributedDataParallel does;
// and another small network as ONNX with its own graph, its weights inside and in another file; all for 32 x
// 32 and 10 classes. sharded/: the ResNet as safetensors in two files. Made once per program.
struct ModelFiles {
  static constexpr std::array<const char*, 6> kNames = {"net.safetensors", "zip.pth",  "legacy.pth",
                                                        "ddp.pth",         "net.onnx", "external.onnx"};

  Folder folder;
  std::string reason;  // why there are none; empty if there are

  ModelFiles();
};
const ModelFiles& model_files();

}  // namespace fxe::test
