// SPDX-License-Identifier: Apache-2.0
// What a decision on the device costs: time of one launch of graphs that differ in one thing, and per node.
//   conditional_nodes [JSON]      needs a GPU; prints a table and writes the JSON
#include <cuda_runtime.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace {

void check(cudaError_t status, const char* what) {
  if (status == cudaSuccess) return;
  std::fprintf(stderr, "conditional_nodes: %s: %s\n", what, cudaGetErrorString(status));
  std::exit(1);
}
#define CHECK(call) check((call), #call)

__global__ void nothing() {}
__global__ void set_condition(cudaGraphConditionalHandle handle, unsigned value) {
  cudaGraphSetConditional(handle, value);
}

cudaGraphNode_t add(cudaGraph_t graph, const cudaGraphNode_t* after, cudaGraphNodeParams* parameters) {
  cudaGraphNode_t node = nullptr;
#if CUDART_VERSION >= 13000
  CHECK(cudaGraphAddNode(&node, graph, after, nullptr, after ? 1 : 0, parameters));
#else
  CHECK(cudaGraphAddNode(&node, graph, after, after ? 1 : 0, parameters));
#endif
  return node;
}

template <class... Arguments>
cudaGraphNode_t add_kernel(cudaGraph_t graph, const cudaGraphNode_t* after, void (*kernel)(Arguments...),
                           Arguments... arguments) {
  void* pointers[] = {&arguments..., nullptr};
  cudaGraphNodeParams parameters{};
  parameters.type = cudaGraphNodeTypeKernel;
  parameters.kernel.func = reinterpret_cast<void*>(kernel);
  parameters.kernel.gridDim = parameters.kernel.blockDim = dim3(1);
  parameters.kernel.kernelParams = pointers;
  return add(graph, after, &parameters);
}

// A graph that `build` fills, launched often: the least and the median time of one launch, in microseconds.
struct Time {
  double least_us, median_us;
};
Time time_graph(const std::function<void(cudaGraph_t)>& build) {
  using Clock = std::chrono::steady_clock;
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
  cudaStream_t stream = nullptr;
  CHECK(cudaGraphCreate(&graph, 0));
  build(graph);
  CHECK(cudaGraphInstantiate(&executable, graph, 0));
  CHECK(cudaStreamCreate(&stream));
  CHECK(cudaGraphUpload(executable, stream));
  constexpr int kWarm = 50, kTimed = 1000;
  std::vector<double> times;
  for (int i = 0; i < kWarm + kTimed; ++i) {
    const auto start = Clock::now();
    CHECK(cudaGraphLaunch(executable, stream));
    CHECK(cudaStreamSynchronize(stream));
    if (i >= kWarm) times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
  }
  std::sort(times.begin(), times.end());
  CHECK(cudaStreamDestroy(stream));
  CHECK(cudaGraphExecDestroy(executable));
  CHECK(cudaGraphDestroy(graph));
  return {times.front(), times[times.size() / 2]};
}

// A chain of `count` kernels that do nothing.
void kernels(cudaGraph_t graph, int count) {
  cudaGraphNode_t last = nullptr;
  for (int i = 0; i < count; ++i) last = add_kernel(graph, i ? &last : nullptr, nothing);
}

// `depth` conditional nodes, each in the body of the one before, each after a kernel that sets it, with a
// kernel in each body. Those from `taken` on are not run. A SWITCH has `bodies` of them and runs the last.
void nest(cudaGraph_t graph, int depth, int taken, cudaGraphConditionalNodeType type, unsigned bodies) {
  cudaGraph_t body = graph;
  cudaGraphNode_t before{};
  bool first = true;
  for (int i = 0; i < depth; ++i) {
    cudaGraphConditionalHandle handle{};
    CHECK(cudaGraphConditionalHandleCreate(&handle, graph, 0, cudaGraphCondAssignDefault));
    const unsigned go = type == cudaGraphCondTypeIf ? 1 : bodies - 1;
    const unsigned stop = type == cudaGraphCondTypeIf ? 0 : bodies;
    before = add_kernel(body, first ? nullptr : &before, set_condition, handle, i < taken ? go : stop);
    cudaGraphNodeParams parameters{};
    parameters.type = cudaGraphNodeTypeConditional;
    parameters.conditional.handle = handle;
    parameters.conditional.type = type;
    parameters.conditional.size = bodies;
    add(body, &before, &parameters);
    for (unsigned b = 0; b + 1 < bodies; ++b)
      add_kernel(parameters.conditional.phGraph_out[b], nullptr, nothing);
    body = parameters.conditional.phGraph_out[bodies - 1];
    before = add_kernel(body, nullptr, nothing);
    first = false;
  }
}

struct Row {
  std::string name;
  Time time;
  std::optional<double> node_us;  // of one more of what the row is about
};

}  // namespace

int main(int argc, char** argv) {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
    std::fprintf(stderr, "conditional_nodes: no GPU can be used here: this measures one\n");
    return 1;
  }
  cudaDeviceProp properties{};
  int driver = 0;
  CHECK(cudaGetDeviceProperties(&properties, 0));
  CHECK(cudaDriverGetVersion(&driver));

  constexpr int kDepth = 8;
  std::vector<Row> rows;
  const auto measure = [&](std::string name, const std::function<void(cudaGraph_t)>& build) {
    rows.push_back({std::move(name), time_graph(build), {}});
    return rows.back().time.median_us;
  };
  const double few = measure("2 kernels", [](cudaGraph_t g) { kernels(g, 2); });
  const double many = measure("66 kernels", [](cudaGraph_t g) { kernels(g, 66); });
  const double gap = (many - few) / 64;
  rows.back().node_us = gap;
  // Each level of the nest is two kernels and its node.
  const auto nested = [&](const char* name, cudaGraphConditionalNodeType type, unsigned bodies) {
    const double taken = measure(std::string(name) + ", all of 8 taken",
                                 [=](cudaGraph_t g) { nest(g, kDepth, kDepth, type, bodies); });
    rows.back().node_us = (taken - few) / kDepth - 2 * gap;
    for (int stop = 0; stop < kDepth; ++stop)
      measure(std::string(name) + ", " + std::to_string(stop) + " of 8 taken",
              [=](cudaGraph_t g) { nest(g, kDepth, stop, type, bodies); });
    const double skipped = rows[rows.size() - kDepth].time.median_us;
    rows[rows.size() - kDepth].node_us = skipped - few + gap;  // one kernel and a node that is not taken
  };
  nested("IF", cudaGraphCondTypeIf, 1);
  nested("SWITCH of 7", cudaGraphCondTypeSwitch, 7);

  std::printf("%s, driver for CUDA %d.%d; microseconds of one launch and its wait\n", properties.name,
              driver / 1000, driver % 1000 / 10);
  std::printf("%-30s %10s %10s %12s\n", "graph", "least", "median", "of one node");
  for (const Row& r : rows)
    if (r.node_us)
      std::printf("%-30s %10.2f %10.2f %12.2f\n", r.name.c_str(), r.time.least_us, r.time.median_us,
                  *r.node_us);
    else
      std::printf("%-30s %10.2f %10.2f\n", r.name.c_str(), r.time.least_us, r.time.median_us);
  if (argc > 1) {
    std::FILE* file = std::fopen(argv[1], "w");
    if (!file) return 1;
    std::fprintf(file,
                 "{\"schema\": \"fxe.conditional_nodes/1\", \"device\": \"%s\", \"driver\": %d, "
                 "\"kernel_gap_us\": %.4f, \"graphs\": [",
                 properties.name, driver, gap);
    for (size_t i = 0; i < rows.size(); ++i)
      std::fprintf(file, "%s\n  {\"graph\": \"%s\", \"least_us\": %.4f, \"median_us\": %.4f}", i ? "," : "",
                   rows[i].name.c_str(), rows[i].time.least_us, rows[i].time.median_us);
    std::fprintf(file, "]}\n");
    std::fclose(file);
  }
  return 0;
}
