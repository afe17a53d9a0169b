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
#include "tools/commands/options.h"

namespace fxe {

// Where a command runs networks.
struct ChosenDevice {
  std::unique_ptr<Device> memory;  // of a GPU; the CPU backend has its own
  std::unique_ptr<Backend> backend;
  std::string name;  // as reports give it
  bool is_cuda = false;
};

// By --device, --precision and --threads. auto: a GPU where one works, else the CPU. Throws run_time where
// the device that was asked for does not work, bad_input for what it cannot do.
ChosenDevice choose_device(const RunOptions&);
// Whether what failed on a GPU is to be done on the CPU instead: with --device auto, where every other option
// suits the CPU. Says so on stderr, in one line.
bool falls_back_to_cpu(const RunOptions&, const Error& why);

// An ensemble's inputs in the form in which an executor on this device takes them: pixels on a GPU, where
// each value depends on its own pixel only.
std::vector<ImageInput> image_inputs(const ChosenDevice&, const std::vector<Preprocess>&);

// By --batch, --control and --launch. Members must be of the chosen backend; the device outlives the
// executor.
std::unique_ptr<Executor> make_executor(ChosenDevice&, std::vector<MemberSlot> members,
                                        const std::vector<ImageInput>&, const RunOptions&);

// For a GPU (device_choice_cuda.cpp): `index` of one that cuda_availability() says works, and its executor.
ChosenDevice open_cuda(const RunOptions&, int index);
std::unique_ptr<Executor> make_cuda_executor(ChosenDevice&, std::vector<MemberSlot> members,
                                             const std::vector<ImageInput>&, const RunOptions&);
// The graph that a GPU would run; none on the CPU, and where the host decides.
std::optional<GraphSize> schedule_graph(const ChosenDevice&, std::vector<MemberSlot> members,
                                        const std::vector<ImageInput>&, const OperatingPoint&,
                                        const RunOptions&);
std::optional<GraphSize> cuda_schedule_graph(std::vector<MemberSlot> members, const std::vector<ImageInput>&,
                                             const OperatingPoint&, const RunOptions&);
size_t free_gpu_bytes();  // of the device opened last
std::unique_ptr<PlanObserver> make_profiler_ranges(std::vector<PlanMember*> members);

}  // namespace fxe
