// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "engine/input/preprocess.h"
#include "engine/recorder.h"
#include "metareasoner/executor.h"

// Programs on a GPU. Members are of the CUDA backend and live on `device`, a CUDA device; both outlive the
// executor. Only if FXE_HAVE_CUDA is set.
namespace fxe {

// How the tail of a stage (kernels/tail/tail.h) runs.
enum class TailForm {
  fused,     // in the kernel that makes the logits, if the member has one (Member::head); otherwise after it
  separate,  // as a separate kernel after every member: the baseline for what fusing saves
};

struct CudaExecutorOptions {
  int capacity = 1;
  TailForm tail = TailForm::fused;
  int sides = 1;  // Executor::sides(); 2 only if the device decides
  // For device control: no conditional nodes. Every member runs at the full batch, whatever images are left:
  // decisions are made but save nothing. The baseline for what they cost.
  bool straight_line = false;
  // For device control: conditions belong to the graph that holds their node from the start, not only if a
  // driver refuses others. Costs one more kernel per member.
  bool conditions_in_bodies = false;
  // By input; inputs that have them are uploaded as pixels and normalised by the member's first kernel.
  std::vector<std::optional<PixelValues>> pixel_values;
};

// The device decides. A program is one CUDA graph: inputs up, members and tails, results down; the host
// launches it and waits once. With two sides copies are not in the graph: one batch is uploaded while the
// batch before it runs. After each tail an IF node holds the rest of the program, and in it a SWITCH node
// holds the next member at each compiled batch size, so that the graph grows with members times sizes.
std::unique_ptr<Executor> make_device_control(Device&, std::vector<MemberSlot>, CudaExecutorOptions);

// The host decides: after each tail it waits for the number of remaining images. The fallback if conditional
// nodes do not work, and the baseline for what they save.
enum class HostLaunch {
  graph,   // a member at one batch size is one graph, launched at once
  stream,  // kernel by kernel
};
std::unique_ptr<Executor> make_host_control(Device&, std::vector<MemberSlot>, HostLaunch,
                                            CudaExecutorOptions);

// The same on a recording device (engine/cuda/cuda_device.h): run() writes to `recorder` what the device
// would be told, and nothing runs. Every branch is recorded; results are those of images that no member
// has scored.
std::unique_ptr<Executor> make_recording_device_control(Device&, Recorder&, std::vector<MemberSlot>,
                                                        CudaExecutorOptions);
std::unique_ptr<Executor> make_recording_host_control(Device&, Recorder&, std::vector<MemberSlot>,
                                                      CudaExecutorOptions);

}  // namespace fxe
