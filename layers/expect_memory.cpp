// SPDX-License-Identifier: Apache-2.0
#include "layers/expect_memory.h"

#include <sys/mman.h>

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

// Touches nothing.
bool can_map(size_t bytes) {
  void* const room =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, /*fd=*/-1, /*offset=*/0);
  return room != MAP_FAILED && munmap(room, bytes) == 0;
}

}  // namespace

void expect_memory_for_weights(std::span<const Model* const> members, const Backend& backend) {
  constexpr size_t kCode = size_t{32} << 20;  // of kernels, and other small things
  size_t all = 0, largest = 0;
  for (const Model* model : members) {
    size_t count = 0;
    for (const auto& [name, tensor] : model->weights) count += static_cast<size_t>(tensor.shape.elements());
    all += count * sizeof(float);
    largest = std::max(largest, count * sizeof(float));
  }
  // All are kept, which is certain on the CPU. While they are prepared there are up to two more copies of one
  // weight at a time, counted for the largest member.
  const size_t kept = backend.name() == "cpu" ? all : 0, most = kept + 2 * largest + kCode;
  const size_t there = available_memory();
  if (kept <= there && can_map(most)) return;
  throw run_time_error(
      "out of memory: {} bytes are needed to prepare the weights of {} member{}, and {} are available; "
      "free memory{}",
      most, members.size(), members.size() == 1 ? "" : "s", there,
      members.size() == 1 ? "" : ", or use fewer members");
}

void expect_memory_to_run(const Graph& graph, const Plan& plan, const Backend& backend) {
  if (!uses_host_memory(backend)) return;
  const auto shapes = infer_shapes(graph, plan.batch());
  const auto largest = std::ranges::max_element(shapes, {}, elements);
  const size_t bytes = elements(*largest) * sizeof(float);
  if (std::max(bytes, plan.arena_bytes()) < kSmall) return;
  const size_t there = available_memory();
  if (bytes > there)
    throw run_time_error("layer '{}' makes {}, which takes {} MiB, and {} MiB of memory are available; {}",
                         graph.nodes[static_cast<size_t>(largest - shapes.begin())].name, largest->str(),
                         mebibytes(bytes), there >> 20, advice(plan.batch()));
  if (plan.arena_bytes() > there)
    throw run_time_error(
        "a plan for batch {} takes {} MiB besides weights, and {} MiB of memory are available; {}",
        plan.batch(), mebibytes(plan.arena_bytes()), there >> 20, advice(plan.batch()));
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
