// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "metareasoner/store/npy_file.h"
#include "tests/tools/refused.h"
#include "tests/tools/small_ensemble.h"

namespace fxe::test {
namespace {

// Seven images of the small ensemble's size; no two pixels are equal.
std::vector<float> pixels(int64_t elements) {
  std::vector<float> values(static_cast<size_t>(elements));
  for (size_t i = 0; i < values.size(); ++i) values[i] = std::sin(0.01f * static_cast<float>(i));
  return values;
}

class BenchInputs : public testing::Test {
 protected:
  const Folder folder;
  const Shape shape{7, 3, 32, 32};
  const std::vector<float> values = pixels(shape.elements());
  const std::string ensemble = small_ensemble().ensemble;

  void write(const std::string& name, const Shape& of, std::span<const float> of_values) const {
    OutputFile file(folder / name);
    write_npy(file, of, of_values);
    file.commit();
  }
  std::string put(const std::string& name, const Shape& of) const {
    write(name, of, std::span(values).first(static_cast<size_t>(of.elements())));
    return folder / name;
  }
  Tensor output(const std::string& inputs, const std::string& batch, const std::string& policy) const {
    const auto run = fxe({"bench",
                          ensemble,
                          "--quiet",
                          "--duration",
                          "0",
                          "--warmUp",
                          "0",
                          "--iterations",
                          "1",
                          "--only-policy",
                          "--device",
                          "cpu",
                          "--loadInputs",
                          inputs,
                          "--batch",
                          batch,
                          "--policy",
                          policy,
                          "--exportOutput",
                          folder / "m.npy"});
    EXPECT_EQ(run.code, 0) << run.err;
    return read_npy(folder / "m.npy");
  }
};

TEST_F(BenchInputs, OutputIsTheProbabilitiesOfTheFirstBatch) {
  const auto inputs = put("x.npy", shape);
  const Tensor full = output(inputs, "4", "full");
  ASSERT_EQ(full.shape, (Shape{4, 10}));
  const auto m = full.to_float();
  for (size_t row = 0; row < 4; ++row)
    EXPECT_NEAR(std::accumulate(m.begin() + 10 * row, m.begin() + 10 * (row + 1), 0.0), 1, 1e-5) << row;
  const auto one = output(inputs, "1", "full").to_float();
  for (size_t c = 0; c < 10; ++c) EXPECT_NEAR(one[c], m[c], 1e-6) << "image 0 by itself";
  EXPECT_NE(output(inputs, "4", "first:1").to_float(), m) << "the first member is not the ensemble";
}

TEST_F(BenchInputs, EachImageHasItsOwnOutput) {
  const auto m = output(put("x.npy", shape), "7", "full").to_float();
  for (size_t row = 0; row < 7; ++row) {
    write("row.npy", {1, 3, 32, 32}, std::span(values).subspan(row * 3 * 32 * 32, 3 * 32 * 32));
    const auto one = output(folder / "row.npy", "1", "full").to_float();
    for (size_t c = 0; c < 10; ++c) EXPECT_NEAR(one[c], m[10 * row + c], 1e-6) << row;
  }
}

TEST_F(BenchInputs, WhatDoesNotFitIsRefused) {
  const auto refused = [&](const std::string& inputs, const std::string& part) {
    expect_refused({"bench", ensemble, "--batch", "4", "--loadInputs", inputs}, part);
  };
  refused(put("few.npy", {3, 3, 32, 32}), "at least 4");
  refused(put("size.npy", {4, 3, 32, 16}), "found [4, 3, 32, 16]");
  refused(put("flat.npy", {4, 3072}), "found [4, 3072]");
  refused(folder / "none.npy", "none.npy");
  std::string half = "{'descr': '<f2', 'fortran_order': False, 'shape': (4, 3, 32, 32), }\n";
  half = std::string("\x93NUMPY\1\0", 8) + static_cast<char>(half.size()) + '\0' + half;
  write_text(folder / "half.npy", half + std::string(2 * 4 * 3072, '\0'));
  refused(folder / "half.npy", "expected f32 (<f4), found f16");
  expect_refused(
      {"bench", ensemble, "--images", small_ensemble().images, "--loadInputs", put("x.npy", shape)},
      "--images");
}

}  // namespace
}  // namespace fxe::test
