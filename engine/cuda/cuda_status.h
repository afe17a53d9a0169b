// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/cuda_availability.h"

namespace fxe {

// Which parts of CUDA are there, for `fxe doctor` and for error messages. Versions are CUDA's: 13000 is 13.0.
struct CudaStatus {
  enum class State { no_driver, driver_too_old, no_cudnn, no_device, not_built_for, working };

  struct DeviceInfo {
    std::string name;
    int compute_capability = 0;  // 90: sm_90
    int multiprocessors = 0;
    size_t memory_bytes = 0;
  };

  State state = State::no_driver;
  int driver_version = 0;  // the newest CUDA that the driver supports; 0: no driver
  int runtime_version = 0;
  size_t cudnn_version = 0;         // 91900 is 9.19.0; 0: it cannot be loaded
  std::string cudnn_error;          // why it cannot be loaded
  std::vector<DeviceInfo> devices;  // none unless the driver shows them
  std::vector<int> built_for;       // architectures of the kernels in this program: 90 is sm_90
  std::string error;                // CUDA's name for its answer when asked for devices
  std::string text;                 // one line: text_of(*this)

  std::string versions() const;  // "driver for CUDA 13.0, runtime 13.0, cuDNN 9.19.0"
};

// Derived from the other fields. More basic faults come first: without a driver it does not matter what else
// is missing.
CudaStatus::State state_of(const CudaStatus&);
std::string_view name(CudaStatus::State);

// The devices, or what is missing and how to fix it.
std::string text_of(const CudaStatus&);

// Kernels built for an architecture run on it and, compiled by the driver, on later ones.
bool runs_on(const std::vector<int>& built_for, int compute_capability);
std::vector<int> built_architectures();

CudaAvailability availability_of(const CudaStatus&);

// Never throws for a missing part: that is the answer.
CudaStatus cuda_status();

std::string cuda_version_str(int version);      // "13.0"
std::string cudnn_version_str(size_t version);  // "9.19.0"

}  // namespace fxe
