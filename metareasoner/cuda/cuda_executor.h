// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "engine/recorder.h"
#include "metareasoner/executor.h"

namespace fxe {

// Runs a program as one CUDA graph: inputs up, members and tails with every decision taken on the device in
// nested IF nodes, results down. The host launches it and waits once. Batches of one image; larger ones are
// refused. Members are of the CUDA backend and live on `device`, a CUDA device, which like them outlives the
// executor. Only where FXE_HAVE_CUDA is set.
std::unique_ptr<Executor> make_cuda_executor(Device& device, std::vector<MemberSlot> members, int capacity);

// The same program on a recording device (engine/cuda/cuda_device.h): run() writes to `recorder` what the
// device would be told, and nothing runs. Results are those of an image that no member has scored.
std::unique_ptr<Executor> make_recording_executor(Device& device, Recorder& recorder,
                                                  std::vector<MemberSlot> members, int capacity);

}  // namespace fxe
