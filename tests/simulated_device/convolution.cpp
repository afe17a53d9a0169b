// SPDX-License-Identifier: Apache-2.0
#include "tests/simulated_device/convolution.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tests/simulated_device/numbers.h"

namespace fxe::sim {

namespace {

fxe::DType dtype_of(const std::string& name) {
  if (name == "CUDNN_DATA_FLOAT") return fxe::DType::f32;
  if (name == "CUDNN_DATA_HALF") return fxe::DType::f16;
  if (name == "CUDNN_DATA_BFLOAT16") return fxe::DType::bf16;
  throw std::runtime_error("a plan with tensors of " + name);
}

// [k r s c] to [r s c k], so that the outputs of one pixel are computed side by side.
std::vector<float> outputs_last(const std::vector<float>& w, int64_t k, int64_t depth) {
  std::vector<float> turned(w.size());
  for (int64_t i = 0; i < k; ++i)
    for (int64_t j = 0; j < depth; ++j)
      turned[static_cast<size_t>(j * k + i)] = w[static_cast<size_t>(i * depth + j)];
  return turned;
}

// sum[i] += x[j] * w[j][i] for every j in turn; `row`: from one j to the next.
__attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"))) void add_products(
    float* __restrict sum, const float* __restrict x, const float* __restrict w, int64_t channels,
    int64_t outputs, int64_t row) {
  for (int64_t j = 0; j < channels; ++j)
    for (int64_t i = 0; i < outputs; ++i) sum[i] += x[j] * w[j * row + i];
}

// Checks what the loops below assume of an operation in the plan's description.
void require(bool holds, const nlohmann::json& operation) {
  if (!holds) throw std::runtime_error("a plan that the stand-in does not know: " + operation.dump());
}

Convolution::Tensor read_tensor(const nlohmann::json& t) {
  const Convolution::Tensor tensor{std::stoll(t.at("name").get<std::string>()),
                                   t.at("dim").get<std::array<int64_t, 4>>()};
  const auto [n, c, h, w] = tensor.extents;
  require(t.at("stride").get<std::array<int64_t, 4>>() == std::array{c * h * w, int64_t{1}, c * w, c}, t);
  return tensor;
}

}  // namespace

Convolution Convolution::parse(const std::string& json) {
  const auto graph = nlohmann::json::parse(json).at("operationGraph");
  std::map<std::string, Tensor> tensors;  // by name, which is the id
  for (const auto& t : graph.at("tensors")) tensors[t.at("name")] = read_tensor(t);
  Convolution c;
  std::string value;  // the tensor that the operations so far have made
  for (const auto& node : graph.at("nodes")) {
    require(node.at("mathPrec") == "CUDNN_DATA_FLOAT", node);
    if (value.empty()) {
      require(node.at("operation") == "CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR" &&
                  node.at("mode") == "CUDNN_CROSS_CORRELATION" && node.at("alpha") == 1 &&
                  node.at("beta") == 0,
              node);
      c.pad = node.at(node.contains("pad") ? "pad" : "pad_lower");
      c.stride = node.at("stride"), c.dilation = node.at("dilation");
      c.x = tensors.at(node.at("X")), c.w = tensors.at(node.at("W"));
    } else {
      const bool relu = node.at("pointwiseMode") == "CUDNN_POINTWISE_RELU_FWD";
      require(node.at("X") == value && (relu || node.at("pointwiseMode") == "CUDNN_POINTWISE_ADD"), node);
      c.then.push_back({relu, relu ? Tensor{} : tensors.at(node.at("B"))});
    }
    value = node.at("Y");
    c.y = tensors.at(value);
  }
  for (const auto& t : graph.at("tensors"))
    if (t.at("name") == std::to_string(c.x.id)) c.type = dtype_of(t.at("dataType"));
  return c;
}

std::vector<Convolution::Tensor> Convolution::tensors() const {
  std::vector<Tensor> all{x, w, y};
  for (const Pointwise& p : then)
    if (!p.relu) all.push_back(p.added);
  return all;
}

void Convolution::run(const std::map<int64_t, void*>& addresses) const {
  const auto [images, channels, height, width] = x.extents;
  const auto [outputs, depth, r_end, s_end] = w.extents;
  const auto [yn, yk, p_end, q_end] = y.extents;
  const auto values_of = [&](const Tensor& t) { return load(type, addresses.at(t.id), t.elements()); };
  std::vector<float> pixels = values_of(x), weights = values_of(w);
  if (truncates) {
    truncate_to_tf32(pixels);
    truncate_to_tf32(weights);
  }
  const int64_t groups = channels / depth, group_outputs = outputs / groups;
  weights = outputs_last(weights, outputs, r_end * s_end * depth);
  std::vector<float> result(static_cast<size_t>(y.elements()));
  for (int64_t at = 0; at < images * p_end * q_end; ++at) {
    const int64_t n = at / (p_end * q_end), p = at / q_end % p_end, q = at % q_end;
    float* sum = &result[static_cast<size_t>(at * outputs)];
    for (int64_t r = 0; r < r_end; ++r)
      for (int64_t s = 0; s < s_end; ++s) {
        const int64_t h = p * stride[0] - pad[0] + r * dilation[0],
                      v = q * stride[1] - pad[1] + s * dilation[1];
        if (h < 0 || h >= height || v < 0 || v >= width) continue;
        const float* pixel = &pixels[static_cast<size_t>(((n * height + h) * width + v) * channels)];
        for (int64_t g = 0; g < groups; ++g)
          add_products(sum + g * group_outputs, pixel + g * depth,
                       &weights[static_cast<size_t>((r * s_end + s) * depth * outputs + g * group_outputs)],
                       depth, group_outputs, outputs);
      }
  }
  for (const Pointwise& step : then) {
    if (step.relu) {
      relu(result);
      continue;
    }
    const std::vector<float> added = values_of(step.added);
    for (size_t i = 0; i < result.size(); ++i) result[i] += added[i % added.size()];
  }
  store(type, result, addresses.at(y.id));
}

}  // namespace fxe::sim
