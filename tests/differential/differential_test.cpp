// SPDX-License-Identifier: Apache-2.0
// Random classifiers give ONNX Runtime's logits, or NumPy's: a few hundred of those that tools/differ runs at
// length, and those that were wrong once.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/paths.h"
#include "tests/support/python_peer.h"

namespace fxe::test {
namespace {

void expect_equal(const std::string& arguments) {
  const std::string python = python_with("numpy, onnx, onnxruntime");
  if (python.empty()) GTEST_SKIP() << "no Python with numpy, onnx and onnxruntime";
  const std::string command = "LD_PRELOAD= " + python +
                              " -W ignore '" FXE_SOURCE_DIR
                              "/tests/differential/differ.py' --program '" FXE_BINARY_DIR
                              "/tests/differential/run_models' --out '" FXE_BINARY_DIR "/differ' " +
                              arguments;
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
}

TEST(Differential, RandomGraphsEqualTheirPeers) { expect_equal("--graphs 600 --seed 1"); }

TEST(Differential, WhatOnceWasWrongIsRight) {
  expect_equal("--found '" FXE_SOURCE_DIR "/tests/differential/found.txt'");
}

}  // namespace
}  // namespace fxe::test
