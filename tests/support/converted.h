// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "networks/registry.h"
#include "tests/support/python_peer.h"
#include "weights_converter/convert.h"
#include "weights_converter/read.h"

namespace fxe::test {

// A model written by write_converted() and read back, as "fxe convert" and readers of its file do. `network`:
// its builder's spec; empty: the file carries the graph. `source`: the file it came from.
inline Model converted(const Model& model, const std::filesystem::path& source,
                       const std::string& network = "") {
  const auto path = temporary_file("converted.safetensors", "");
  OutputFile out(path);
  write_converted(out, model.graph, model.weights, source, network);
  out.commit();
  WeightFile file = read_weight_file(path);
  std::filesystem::remove(path);  // its bytes stay mapped
  Graph graph = file.graph ? *std::move(file.graph) : build_network(file.metadata.at("fxe.network"));
  return bind_weights(std::move(graph), std::move(file.tensors), path.string());
}

}  // namespace fxe::test
