// SPDX-License-Identifier: Apache-2.0
#include "tests/simulated_device/kernels.h"

#include "engine/cuda/cuda_device.h"
#include "layers/cuda/described_device.h"
#include "tests/simulated_device/call.h"
#include "tests/simulated_device/coverage.h"
#include "tests/simulated_device/settings.h"
#include "tests/simulated_device/stream.h"

namespace fxe::sim {

namespace {

// CUDA programming guide, "Technical Specifications per Compute Capability".
cudaError_t check_limits(const KernelLaunch& k) {
  constexpr size_t kMostParameterBytes = 4096, kSharedBytesWithoutAsking = 48 * 1024;
  if (k.threads == 0 || k.threads > 1024 || k.blocks[0] > 0x7fffffffu || k.blocks[1] > 65535 ||
      k.blocks[2] > 65535)
    return refuse(cudaErrorInvalidConfiguration, std::string(k.name) + ": a grid or block that no GPU has");
  if (k.shared_bytes > kSharedBytesWithoutAsking)
    return refuse(cudaErrorInvalidValue,
                  std::string(k.name) + ": more than 48 KiB of shared memory, unasked");
  if (k.parameter_bytes > kMostParameterBytes)
    return refuse(cudaErrorInvalidValue, std::string(k.name) + ": more than 4 KiB of parameters");
  return cudaSuccess;
}

cudaError_t cudaLaunchKernelExC(cudaStream_t stream, const KernelLaunch& k) {
  FXE_SIM_CALL;
  if (const cudaError_t error = check_limits(k); error != cudaSuccess) return error;
  if (this_launch_fails()) return decline(cudaErrorLaunchOutOfResources);
  submit(stream_of(stream), {.type = cudaGraphNodeTypeKernel, .name = k.name, .run = k.run});
  return fault();
}

}  // namespace

bool this_launch_fails() {
  static uint64_t launches = 0;
  return ++launches == settings().failing_launch;
}

void launch_kernel(void* queue, const KernelLaunch& k) {
  const auto* cuda = dynamic_cast<const CudaQueue*>(static_cast<Queue*>(queue));
  if (!cuda) return k.run();  // the queue of a host device
  if (cuda->recorder()) return cuda->recorder()->add(Recorder::Kind::launch, k.name);
  check_cuda(cudaLaunchKernelExC(cuda->stream(), k), k.name, __FILE__, __LINE__);
}

}  // namespace fxe::sim
