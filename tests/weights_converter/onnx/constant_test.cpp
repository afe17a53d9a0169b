// SPDX-License-Identifier: Apache-2.0
// Operators on constants give what NumPy computes, bit for bit or within the rounding of their last step.
#include "weights_converter/onnx/constant.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>

#include "engine/error.h"
#include "onnx.pb.h"
#include "tests/support/python_peer.h"
#include "weights_converter/onnx/numbers.h"
#include "weights_converter/onnx/tensor.h"

namespace fxe {
namespace {

namespace fs = std::filesystem;

onnx::Model read_model(const fs::path& path) {
  onnx::Model model;
  std::ifstream file(path, std::ios::binary);
  if (!model.ParseFromIstream(&file)) throw std::runtime_error("cannot parse " + path.string());
  return model;
}

std::vector<double> numbers(const Tensor& t) {
  std::vector<double> out(static_cast<size_t>(t.shape.elements()));
  read_numbers(t, 0, std::span(out));
  return out;
}

void expect_same(const Tensor& own, const Tensor& expected, double tolerance) {
  EXPECT_EQ(name(own.dtype), name(expected.dtype));
  ASSERT_EQ(own.shape, expected.shape);
  const auto a = numbers(own), b = numbers(expected);
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) && std::isnan(b[i])) continue;
    const bool exact = a[i] == b[i] && std::signbit(a[i]) == std::signbit(b[i]);
    EXPECT_TRUE(exact ||
                std::fabs(a[i] - b[i]) <= tolerance * std::fmax(std::fabs(b[i]), tolerance > 0 ? 1 : 0))
        << "element " << i << ": " << a[i] << ", expected " << b[i] << " within " << tolerance;
  }
}

TEST(OnnxConstants, AreWhatNumPyComputes) {
  const std::string python = test::python_with("onnx, numpy");
  if (python.empty()) GTEST_SKIP() << "no Python with onnx and numpy";
  const char* given = std::getenv("FXE_SEED");
  const std::string seed = given ? given : "1";
  RecordProperty("seed", seed);
  const fs::path folder = test::run_script(python, "weights_converter/onnx/make_constants.py", seed);
  int compared = 0, refused = 0;
  for (const int64_t opset : {9, 11, 13, 17, 18}) {
    const fs::path path = folder / (std::to_string(opset) + ".onnx");
    if (!fs::exists(path)) continue;
    const onnx::Model model = read_model(path),
                      expected = read_model(fs::path(path).replace_extension("expected.onnx"));
    OnnxImport import(1, 1 << 20);
    for (const auto& tensor : model.graph().initializer())
      import.define(tensor.name(), read_onnx_tensor(tensor, nullptr, nullptr));
    auto next = expected.graph().initializer().begin();
    for (const auto& proto : model.graph().node()) {
      const OnnxNode node(proto, opset);
      SCOPED_TRACE(path.filename().string() + ", seed " + seed + ", " + node.title());
      const OnnxFold fold = find_onnx_fold(node.type());
      ASSERT_NE(fold, nullptr);
      if (proto.name().starts_with("refused")) {
        ++refused;
        EXPECT_THROW(fold(import, node), Error);
        continue;
      }
      ++compared;
      const double tolerance = std::stod(next->name().substr(next->name().find(' ')));
      try {
        expect_same(fold(import, node), read_onnx_tensor(*next, nullptr, nullptr), tolerance);
      } catch (const Error& e) {
        ADD_FAILURE() << e.what();
      }
      ++next;
    }
  }
  EXPECT_GE(compared, 1000);
  EXPECT_GE(refused, 100);
}

}  // namespace
}  // namespace fxe
