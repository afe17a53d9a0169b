// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "layers/backend.h"
#include "metareasoner/executor.h"
#include "tools/commands/options.h"

namespace fxe {

// Where a command runs networks.
struct ChosenDevice {
  std::unique_ptr<Device> memory;  // of a GPU; the CPU backend has its own
  std::unique_ptr<Backend> backend;
  std::string name;  // as reports give it
  bool is_cuda = false;
};

// By --device, --precision and --threads. auto: a GPU where one works and the batch is one image, else the
// CPU. Throws run_time where the device that was asked for does not work, bad_input for what it cannot do.
ChosenDevice choose_device(const RunOptions&);

// Members must be of the chosen backend; the device outlives the executor.
std::unique_ptr<Executor> make_executor(ChosenDevice&, std::vector<MemberSlot> members, int capacity);

// GPU `index`; only called where cuda_availability() says that it works.
ChosenDevice open_cuda(const RunOptions&, int index);

}  // namespace fxe
