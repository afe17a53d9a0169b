// SPDX-License-Identifier: Apache-2.0
#include "layers/expect_memory.h"

#include <algorithm>

#include "engine/available_memory.h"
#include "engine/error.h"

namespace fxe {

namespace {

constexpr size_t kSmall = size_t{16} << 20;  // plans are many, and asking for less is not worth it

size_t mebibytes(size_t bytes) { return (bytes >> 20) + 1; }

std::string advice(int64_t batch) {
  return batch > 1 ? "try a smaller --batch" : "free memory, or use a smaller input";
}

bool uses_host_memory(const Backend& backend) { return backend.name() != "cuda"; }

size_t elements(const Shape& shape) { return static_cast<size_t>(shape.elements()); }

}  // namespace

void expect_memory_for_values(const Graph& graph, std::span<const Shape> shapes, const Backend& backend) {
  if (!uses_host_memory(backend)) return;
  const auto largest = std::ranges::max_element(shapes, {}, elements);
  const size_t bytes = elements(*largest) * sizeof(float);
  if (bytes < kSmall) return;
  const size_t there = available_memory();
  if (bytes <= there) return;
  const Node& node = graph.nodes[static_cast<size_t>(largest - shapes.begin())];
  throw run_time_error("layer '{}' makes {}, which takes {} MiB, and {} MiB of memory are available; {}",
                       node.name, largest->str(), mebibytes(bytes), there >> 20, advice((*largest)[0]));
}

void expect_memory_for_arena(size_t bytes, int64_t batch, const Backend& backend) {
  if (!uses_host_memory(backend) || bytes < kSmall) return;
  const size_t there = available_memory();
  if (bytes <= there) return;
  throw run_time_error(
      "a plan for batch {} takes {} MiB besides weights, and {} MiB of memory are available; {}", batch,
      mebibytes(bytes), there >> 20, advice(batch));
}

void expect_memory_for_comparison(const Graph& graph, int64_t batch) {
  // Per element that a layer reads or makes: twice in fp32, twice in double precision.
  constexpr size_t kElementBytes = 2 * sizeof(float) + 2 * sizeof(double);
  const auto shapes = infer_shapes(graph, batch);
  const size_t there = available_memory();
  for (size_t i = 1; i < shapes.size(); ++i) {
    const Node& node = graph.nodes[i];
    size_t bytes = elements(shapes[i]);
    for (const ValueId id : node.inputs) bytes += elements(shapes[static_cast<size_t>(id)]);
    bytes *= kElementBytes;
    if (bytes > there)
      throw run_time_error("to compare layer '{}' takes {} MiB, and {} MiB of memory are available; {}",
                           node.name, mebibytes(bytes), there >> 20, advice(batch));
  }
}

}  // namespace fxe
