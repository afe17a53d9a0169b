// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/error.h"
#include "layers/run_plan.h"
#include "tests/support/python_peer.h"
#include "tests/weights_converter/caffe/networks.h"
#include "weights_converter/caffe/file.h"
#include "weights_converter/read.h"

namespace fxe::test {

inline WeightFile read_caffe(const std::string& bytes, const std::optional<Input>& size = {}) {
  return read_weight_file(temporary_file("net.caffemodel", bytes), {.input = size});
}

inline std::vector<float> logits_of(WeightFile file) {
  const Model model = bind_weights(*std::move(file.graph), std::move(file.tensors), "net");
  Random random(3);
  const auto image = normals(random, static_cast<size_t>(infer_shapes(model.graph, 1)[0].elements()));
  return run_model(model, *make_reference_backend(), image, 1);
}

inline std::string caffe_error(const std::string& bytes, const std::optional<Input>& size = {}) {
  try {
    read_caffe(bytes, size);
  } catch (const Error& e) {
    std::string text = e.what();
    EXPECT_EQ(e.kind(), ErrorKind::bad_input) << text;
    EXPECT_EQ(text.find('\n'), text.npos) << text;
    return text.substr(text.find(": ") + 2);
  }
  return "NO ERROR";
}

// data -> conv -> relu -> pool -> fc -> prob, of layers that both forms have.
struct SmallCaffe : CaffeBuilder {
  explicit SmallCaffe(bool with_input = true) : CaffeBuilder(11) {
    if (with_input) input(3, 8, 7);
    conv("conv", "data", 3, {.k = 4, .filter = 3, .pad = 1});
    in_place("ReLU", "relu", "conv");
    pool("pool", "conv", 0, 2, 2);
    linear("fc", "pool", 4 * 4 * 4, 5);
    layer("Softmax", "prob", "fc");
  }
  caffe::Layer& named(const std::string& name) {
    for (auto& l : *net.mutable_layer())
      if (l.name() == name) return l;
    throw std::runtime_error("no layer " + name);
  }
  std::vector<float> logits() const { return logits_of(read_caffe(bytes(), Input{3, 8, 7})); }
};

}  // namespace fxe::test
