// SPDX-License-Identifier: Apache-2.0
// The only GPU: an H200 with less memory.
#include <cstring>
#include <vector>

#include "engine/cuda/cuda_status.h"
#include "layers/cuda/described_device.h"
#include "tests/simulated_device/call.h"
#include "tests/simulated_device/settings.h"

namespace fxe {

std::vector<int> built_architectures() { return {90}; }  // of engine/cuda/built_architectures.cu

}  // namespace fxe

extern "C" {

using namespace fxe::sim;

cudaError_t cudaDriverGetVersion(int* version) {
  const Call call(__func__);
  *version = settings().driver_version;
  return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int* version) {
  const Call call(__func__);
  *version = CUDART_VERSION;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceCount(int* count) {
  FXE_SIM_CALL;
  *count = 0;
  // Within a major version an older driver suffices.
  if (settings().driver_version / 1000 < CUDART_VERSION / 1000) return decline(cudaErrorInsufficientDriver);
  *count = 1;
  return cudaSuccess;
}

cudaError_t cudaGetDevice(int* device) {
  FXE_SIM_CALL;
  *device = 0;
  return cudaSuccess;
}

cudaError_t cudaSetDevice(int device) {
  FXE_SIM_CALL;
  return device == 0 ? cudaSuccess : refuse(cudaErrorInvalidDevice, "there is only device 0");
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  FXE_SIM_CALL;
  if (device != 0) return refuse(cudaErrorInvalidDevice, "there is only device 0");
  const auto& gpu = fxe::described_device("h200");
  *properties = {};
  std::strcpy(properties->name, "NVIDIA H200 (simulated)");
  properties->major = gpu.compute_capability / 10;
  properties->minor = gpu.compute_capability % 10;
  properties->multiProcessorCount = gpu.multiprocessors;
  properties->totalGlobalMem = settings().memory_bytes;
  return cudaSuccess;
}

}  // extern "C"
