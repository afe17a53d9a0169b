// SPDX-License-Identifier: Apache-2.0
#include "runtime/device_choice.h"

#include <algorithm>

#include "engine/cuda_availability.h"
#include "metareasoner/cpu_executor.h"
#include "runtime/thread_count.h"

namespace fxe {

namespace {

ChosenDevice open_cpu(const RunOptions& options) {
  if (options.control == Control::device || options.control == Control::none)
    throw bad_input("--control {}: on the CPU the host decides; leave it out or use --control host",
                    name(options.control));
  if (options.tail == TailForm::separate || options.launch == Launch::stream || options.autotune)
    throw bad_input(
        "--tail separate, --launch stream, --autotune: these choose how a GPU is driven; leave them out on "
        "the CPU");
  const int threads = thread_count(options.threads);
  ChosenDevice chosen;
  chosen.name =
      fmt::format("cpu, {}{} thread{}", threads, options.pin ? " pinned" : "", threads == 1 ? "" : "s");
  chosen.backend = make_cpu_backend(threads, options.precision, options.pin);
  return chosen;
}

}  // namespace

#if !FXE_HAVE_CUDA
ChosenDevice open_cuda(const RunOptions& options, int) {
  throw run_time_error("--device {}: {}", name(options.device), cuda_availability().text);
}
std::unique_ptr<Executor> make_cuda_executor(ChosenDevice&, std::vector<MemberSlot>,
                                             const std::vector<ImageInput>&, const RunOptions& options) {
  throw run_time_error("--device {}: {}", name(options.device), cuda_availability().text);
}
size_t free_gpu_bytes() { return 0; }
std::unique_ptr<PlanObserver> make_profiler_ranges(std::vector<PlanMember*>) { return nullptr; }
std::optional<GraphSize> cuda_schedule_graph(std::vector<MemberSlot>, const std::vector<ImageInput>&,
                                             const OperatingPoint&, const RunOptions&) {
  return std::nullopt;
}
#endif

std::optional<GraphSize> schedule_graph(const ChosenDevice& device, std::vector<MemberSlot> members,
                                        const std::vector<ImageInput>& inputs, const OperatingPoint& point,
                                        const RunOptions& options) {
  if (!device.is_cuda || options.control == Control::host || options.launch == Launch::stream)
    return std::nullopt;
  return cuda_schedule_graph(std::move(members), inputs, point, options);
}

ChosenDevice choose_device(const RunOptions& options) {
  using Kind = DeviceRequest::Kind;
  const bool is_automatic = options.device.kind == Kind::automatic;
  if (options.device.kind == Kind::cpu) return open_cpu(options);
  if (is_automatic && !cuda_availability().working) return open_cpu(options);
  if (options.pin) throw bad_input("--pin: this is for the CPU; leave it out or use --device cpu");
  if (!cuda_availability().working)
    throw run_time_error("--device {}: {}", name(options.device), cuda_availability().text);
  const int index = std::max(options.device.index, 0);
  if (!is_automatic) return open_cuda(options, index);
  try {
    return open_cuda(options, index);
  } catch (const Error& e) {
    if (!falls_back_to_cpu(options, e)) throw;
    return open_cpu(options);
  }
}

bool falls_back_to_cpu(const RunOptions& options, const Error& why) {
  const bool for_gpu_only = options.control == Control::device || options.control == Control::none ||
                            options.tail == TailForm::separate || options.launch == Launch::stream ||
                            options.autotune;
  if (options.device.kind != DeviceRequest::Kind::automatic || for_gpu_only ||
      why.kind() != ErrorKind::run_time)
    return false;
  if (options.warn)
    options.warn(fmt::format("the GPU is not used: {}; going on with --device cpu", why.what()));
  return true;
}

std::vector<ImageInput> image_inputs(const ChosenDevice& device, const std::vector<Preprocess>& all) {
  std::vector<ImageInput> inputs;
  for (const Preprocess& p : all) inputs.emplace_back(p, device.is_cuda && p.by_pixel());
  return inputs;
}

std::unique_ptr<Executor> make_executor(ChosenDevice& device, std::vector<MemberSlot> members,
                                        const std::vector<ImageInput>& inputs, const RunOptions& options) {
  if (device.is_cuda) return make_cuda_executor(device, std::move(members), inputs, options);
  return make_cpu_executor(device.backend->device(), std::move(members), options.batch);
}

}  // namespace fxe
