// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/error.h"
#include "engine/input/image_input.h"
#include "layers/backend.h"
#include "metareasoner/cuda/graph_size.h"
#include "metareasoner/executor.h"
#include "metareasoner/plan_member.h"
#include "runtime/run_options.h"

namespace fxe {

// Where networks run.
struct ChosenDevice {
  std::unique_ptr<Device> memory;  // a GPU's; the CPU backend has its own
  std::unique_ptr<Backend> backend;
  std::string name;  // as reports show it
  bool is_cuda = false;
};

// Chosen by device, precision and threads. Throws run_time if the requested device does not work, bad_input
// for what it does not support.
ChosenDevice choose_device(const RunOptions&);
// Whether to do on the CPU what failed on a GPU: if the device was to be chosen here and every other option
// suits the CPU. Warns if so.
bool falls_back_to_cpu(const RunOptions&, const Error& why);

// An ensemble's inputs in the form that an executor on this device takes: pixels on a GPU, if each value
// depends on its own pixel only.
std::vector<ImageInput> image_inputs(const ChosenDevice&, const std::vector<Preprocess>&);

// Chosen by batch, control and launch. Members must be of the chosen backend; the device must outlive
// the executor.
std::unique_ptr<Executor> make_executor(ChosenDevice&, std::vector<MemberSlot> members,
                                        const std::vector<ImageInput>&, const RunOptions&);

// For GPUs (device_choice_cuda.cpp): opens number `index`, one that cuda_availability() says works, and makes
// its executor.
ChosenDevice open_cuda(const RunOptions&, int index);
std::unique_ptr<Executor> make_cuda_executor(ChosenDevice&, std::vector<MemberSlot> members,
                                             const std::vector<ImageInput>&, const RunOptions&);
// The graph that a GPU would run; none on the CPU, or if the host decides.
std::optional<GraphSize> schedule_graph(const ChosenDevice&, std::vector<MemberSlot> members,
                                        const std::vector<ImageInput>&, const OperatingPoint&,
                                        const RunOptions&);
std::optional<GraphSize> cuda_schedule_graph(std::vector<MemberSlot> members, const std::vector<ImageInput>&,
                                             const OperatingPoint&, const RunOptions&);
size_t free_gpu_bytes();  // of the device opened last
std::unique_ptr<PlanObserver> make_profiler_ranges(std::vector<PlanMember*> members);

}  // namespace fxe
