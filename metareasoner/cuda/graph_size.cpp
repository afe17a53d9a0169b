// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/cuda/graph_size.h"

#include "engine/cuda/cuda_device.h"

namespace fxe {

GraphSize graph_size(std::vector<MemberSlot> members, const OperatingPoint& point,
                     CudaExecutorOptions options) {
  using Kind = Recorder::Kind;
  Recorder recorder;
  const auto device = make_recording_device(recorder);
  const int capacity = options.capacity;
  const auto executor =
      make_recording_device_control(*device, recorder, std::move(members), std::move(options));
  GraphSize size;
  for (const auto& event : recorder.events())
    if (event.kind == Kind::allocate) size.device_bytes += event.bytes;
  const int prepared = executor->prepare(point);
  recorder.clear();
  executor->run(prepared, capacity);
  size.kernels = recorder.count(Kind::launch);
  size.copies = recorder.count(Kind::copy);
  for (const auto& event : recorder.events()) {
    size.ifs += event.kind == Kind::begin_body && event.name == "if";
    size.switches += event.kind == Kind::begin_body && event.name == "case 0";
  }
  return size;
}

}  // namespace fxe
