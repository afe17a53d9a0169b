// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/cuda/cuda_device.h"
#include "layers/cuda/cuda_backend.h"
#include "layers/optimize.h"
#include "layers/plan.h"
#include "networks/registry.h"

namespace fxe::test {

// The graph, optimised, with weights that are all zero: nothing here depends on them.
inline Model zero_model(Graph graph) {
  const std::vector<Shape> shapes = infer_shapes(graph, 1);
  TensorMap weights;
  for (const Node& node : graph.nodes) {
    for (const WeightUse& use : weights_of(node.op, input_shapes(node, shapes)))
      weights[use.name] =
          Tensor::from_floats(use.shape, std::vector<float>(static_cast<size_t>(use.shape.elements())));
  }
  return optimize(bind_weights(std::move(graph), std::move(weights), "zeros"));
}

inline const Model& zero_model(const std::string& spec) {
  static std::map<std::string, Model> models;
  const auto [found, is_new] = models.try_emplace(spec);
  if (is_new) found->second = zero_model(build_network(spec));
  return found->second;
}

// A backend for a described GPU whose device records.
struct Recorded {
  Recorded(const DeviceDescription& gpu, Precision precision)
      : device(make_recording_device(recorder)), backend(make_cuda_backend(*device, precision, gpu)) {}

  // What the device is told by one enqueue of a plan with its memory bound.
  std::vector<Recorder::Event> enqueue(Plan& plan) {
    const Buffer arena = device->allocate(plan.arena_bytes());
    const Buffer input =
        device->allocate(static_cast<size_t>(plan.batch() * plan.input_elements()) * sizeof(float));
    const Buffer output =
        device->allocate(static_cast<size_t>(plan.batch() * plan.classes()) * sizeof(float));
    const auto queue = device->make_queue();
    plan.bind(arena.data(), input.data(), output.data());
    recorder.clear();
    plan.enqueue(*queue);
    return recorder.events();
  }

  Recorder recorder;
  std::unique_ptr<Device> device;
  std::unique_ptr<Backend> backend;
};

}  // namespace fxe::test
