// SPDX-License-Identifier: Apache-2.0
#include "engine/cuda/cuda_device.h"
#include "engine/error.h"
#include "layers/cuda/cuda_backend.h"
#include "tools/commands/device_choice.h"

namespace fxe {

ChosenDevice open_cuda(const RunOptions& options, int index) {
  if (options.control == "host" || options.tail == "separate" || options.launch == "stream")
    throw bad_input(
        "--control host, --tail separate and --launch stream are not there yet: the GPU runs one graph with "
        "fused tails that decides on the device");
  ChosenDevice chosen;
  chosen.is_cuda = true;
  chosen.memory = make_cuda_device(index);
  chosen.backend = make_cuda_backend(*chosen.memory, options.precision, index);
  chosen.name = chosen.memory->description();
  return chosen;
}

}  // namespace fxe
