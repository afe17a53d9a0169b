// SPDX-License-Identifier: Apache-2.0
#include "engine/cuda/cuda_device.h"
#include "engine/error.h"
#include "layers/cuda/cuda_backend.h"
#include "layers/cuda/plan_cache.h"
#include "metareasoner/cuda/cuda_executor.h"
#include "metareasoner/cuda/nvtx_ranges.h"
#include "metareasoner/fallback_executor.h"
#include "runtime/device_choice.h"

namespace fxe {

namespace {

std::function<void(const std::string&)> warning(const RunOptions& options) {
  return options.warn ? options.warn : [](const std::string&) {};
}

CudaExecutorOptions executor_options(const std::vector<ImageInput>& inputs, const RunOptions& options) {
  CudaExecutorOptions o{.capacity = options.batch,
                        .tail = options.tail,
                        .sides = options.sides,
                        .straight_line = options.control == Control::none,
                        .pixel_values = {}};
  for (const ImageInput& input : inputs) {
    auto& values = o.pixel_values.emplace_back();
    if (input.as_pixels) values = pixel_values(input.preprocess);
  }
  return o;
}

}  // namespace

std::optional<GraphSize> cuda_schedule_graph(std::vector<MemberSlot> members,
                                             const std::vector<ImageInput>& inputs,
                                             const OperatingPoint& point, const RunOptions& options) {
  return graph_size(std::move(members), point, executor_options(inputs, options));
}

std::unique_ptr<Executor> make_cuda_executor(ChosenDevice& device, std::vector<MemberSlot> members,
                                             const std::vector<ImageInput>& inputs,
                                             const RunOptions& options) {
  const CudaExecutorOptions how = executor_options(inputs, options);
  const auto by_device = [&memory = *device.memory, members, how] {
    return make_device_control(memory, members, how);
  };
  const auto by_host = [&memory = *device.memory, members, how](HostLaunch launch) {
    CudaExecutorOptions one_side = how;
    one_side.sides = 1;
    return make_host_control(memory, members, launch, one_side);
  };
  if (options.launch == Launch::stream) return by_host(HostLaunch::stream);
  if (options.control == Control::host) return by_host(HostLaunch::graph);
  if (options.control != Control::automatic) return by_device();
  return make_fallback_executor(
      {{"--control device", by_device},
       {"--control host", [=] { return by_host(HostLaunch::graph); }},
       {"--control host --launch stream", [=] { return by_host(HostLaunch::stream); }}},
      warning(options));
}

size_t free_gpu_bytes() {
  size_t free_bytes = 0, total_bytes = 0;
  FXE_CUDA(cudaMemGetInfo(&free_bytes, &total_bytes));
  return free_bytes;
}

std::unique_ptr<PlanObserver> make_profiler_ranges(std::vector<PlanMember*> members) {
  return std::make_unique<NvtxRanges>(std::move(members));
}

namespace {

CudaPlanOptions plan_options(const RunOptions& options) {
  return {.autotune = options.autotune, .cache_folder = default_plan_cache_folder(), .say = warning(options)};
}

}  // namespace

ChosenDevice open_cuda(const RunOptions& options, int index) {
  if ((options.control == Control::device || options.control == Control::none) &&
      options.launch == Launch::stream)
    throw bad_input("--launch stream: --control {} is one graph; use --control host with it",
                    name(options.control));
  ChosenDevice chosen;
  chosen.is_cuda = true;
  chosen.memory = make_cuda_device(index);
  chosen.backend = make_cuda_backend(*chosen.memory, options.precision, index, plan_options(options));
  chosen.name = chosen.memory->description();
  return chosen;
}

}  // namespace fxe
