// SPDX-License-Identifier: Apache-2.0
#include "engine/cuda/cuda_status.h"

#include <cuda_runtime_api.h>
#include <cudnn.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "engine/cuda/cublaslt_library.h"
#include "engine/cuda/cudnn_library.h"
#include "engine/cuda_availability.h"

namespace fxe {

namespace {

CudaStatus::DeviceInfo device_info(int index) {
  cudaDeviceProp properties{};
  if (cudaGetDeviceProperties(&properties, index) != cudaSuccess) return {.name = "unreadable"};
  return {properties.name, properties.major * 10 + properties.minor, properties.multiProcessorCount,
          properties.totalGlobalMem};
}

std::string device_names(const CudaStatus& status) {
  std::vector<std::string> names;
  for (const auto& device : status.devices)
    names.push_back(
        fmt::format("{} (sm_{}, {} MiB)", device.name, device.compute_capability, device.memory_bytes >> 20));
  return fmt::format("{}", fmt::join(names, ", "));
}

std::set<int> missing_architectures(const CudaStatus& status) {
  std::set<int> missing;
  for (const auto& device : status.devices)
    if (!runs_on(status.built_for, device.compute_capability)) missing.insert(device.compute_capability);
  return missing;
}

}  // namespace

// The runtime answers "insufficient driver" for an old driver and for none; the version tells them apart.
CudaStatus::State state_of(const CudaStatus& status) {
  using State = CudaStatus::State;
  if (status.devices.empty()) {
    if (status.driver_version == 0) return State::no_driver;
    return status.error == cudaGetErrorName(cudaErrorInsufficientDriver) ? State::driver_too_old
                                                                         : State::no_device;
  }
  if (status.cudnn_version == 0) return State::no_cudnn;
  return missing_architectures(status).empty() ? State::working : State::not_built_for;
}

std::string_view name(CudaStatus::State state) {
  switch (state) {
    case CudaStatus::State::no_driver:
      return "no_driver";
    case CudaStatus::State::driver_too_old:
      return "driver_too_old";
    case CudaStatus::State::no_cudnn:
      return "no_cudnn";
    case CudaStatus::State::no_device:
      return "no_device";
    case CudaStatus::State::not_built_for:
      return "not_built_for";
    case CudaStatus::State::working:
      break;
  }
  return "working";
}

std::string cuda_version_str(int version) {
  return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

std::string cudnn_version_str(size_t version) {
  return fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
}

std::string CudaStatus::versions() const {
  const std::string driver =
      driver_version == 0 ? "no driver" : "driver for CUDA " + cuda_version_str(driver_version);
  const std::string cudnn = cudnn_version == 0 ? "no cuDNN" : "cuDNN " + cudnn_version_str(cudnn_version);
  return fmt::format("{}, runtime {}, {}", driver, cuda_version_str(runtime_version), cudnn);
}

std::string text_of(const CudaStatus& status) {
  const std::string runtime = cuda_version_str(status.runtime_version);
  switch (status.state) {
    case CudaStatus::State::no_driver:
      return fmt::format("no NVIDIA driver: install one that supports CUDA {}", runtime);
    case CudaStatus::State::driver_too_old:
      return fmt::format(
          "the NVIDIA driver supports CUDA {}, this program was built with {}: update the driver",
          cuda_version_str(status.driver_version), runtime);
    case CudaStatus::State::no_cudnn:
      return fmt::format(
          "{}, but cuDNN cannot be loaded ({}): install cuDNN 9 for CUDA {}, or put its folder in "
          "LD_LIBRARY_PATH",
          device_names(status), status.cudnn_error, runtime);
    case CudaStatus::State::no_device:
      return fmt::format(
          "the NVIDIA driver (CUDA {}) shows no usable GPU ({}): check nvidia-smi and "
          "CUDA_VISIBLE_DEVICES",
          cuda_version_str(status.driver_version), status.error);
    case CudaStatus::State::not_built_for:
      return fmt::format(
          "{}: this program was built for sm_{}, which not all of them run: build with "
          "-DFXE_CUDA_ARCHITECTURES={}, or hide some with CUDA_VISIBLE_DEVICES",
          device_names(status), fmt::join(status.built_for, ", sm_"),
          fmt::join(missing_architectures(status), ";"));
    case CudaStatus::State::working:
      break;
  }
  return fmt::format("{}; {}", device_names(status), status.versions());
}

bool runs_on(const std::vector<int>& built_for, int compute_capability) {
  return std::any_of(built_for.begin(), built_for.end(),
                     [&](int architecture) { return architecture <= compute_capability; });
}

CudaStatus cuda_status() {
  CudaStatus status;
  cudaDriverGetVersion(&status.driver_version);
  cudaRuntimeGetVersion(&status.runtime_version);
  status.cudnn_version = cudnnGetVersion();
  status.cudnn_error = cudnn_load_error();
  status.built_for = built_architectures();
  int devices = 0;
  const cudaError_t counted = cudaGetDeviceCount(&devices);
  (void)cudaGetLastError();  // the next check must not find this error
  status.error = cudaGetErrorName(counted);
  if (counted == cudaSuccess)
    for (int i = 0; i < devices; ++i) status.devices.push_back(device_info(i));
  status.state = state_of(status);
  status.text = text_of(status);
  return status;
}

CudaAvailability availability_of(const CudaStatus& status) {
  return {true, status.state == CudaStatus::State::working, std::string(name(status.state)), status.text,
          status.versions()};
}

CudaAvailability cuda_availability() { return availability_of(cuda_status()); }

std::string matmul_library_version() { return cublaslt_version(); }

}  // namespace fxe
