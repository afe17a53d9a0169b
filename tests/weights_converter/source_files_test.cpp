// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/source_files.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/onnx_writer.h"

namespace fxe::test {
namespace {

void keep_in(onnx::Tensor& tensor, const char* file) {
  tensor.set_data_type(1);
  tensor.set_data_location(1);
  auto* entry = tensor.add_external_data();
  entry->set_key("location");
  entry->set_value(file);
}

// Other numbers in one of these files are another model, whatever the first file says.
TEST(WeightFiles, OfAnOnnxModelAreAlsoThoseOfItsExternalData) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "weight_files";
  std::filesystem::create_directories(folder);
  onnx_writer::ModelWriter m(13);
  for (const char* file : {"b.weights", "a.weights", "b.weights"})
    keep_in(*m.graph().add_initializer(), file);
  auto* value = m.node("Constant", {}, {"c"}).add_attribute();
  value->set_name("value");
  keep_in(*value->mutable_t(), "c.weights");
  std::ofstream(folder / "m.onnx", std::ios::binary) << m.finish("c");
  EXPECT_EQ(weight_files_of(folder / "m.onnx"),
            (std::vector<std::filesystem::path>{folder / "m.onnx", folder / "a.weights", folder / "b.weights",
                                                folder / "c.weights"}));
  std::ofstream(folder / "plain", std::ios::binary) << "anything else";
  EXPECT_EQ(weight_files_of(folder / "plain"), (std::vector<std::filesystem::path>{folder / "plain"}));
}

}  // namespace
}  // namespace fxe::test
