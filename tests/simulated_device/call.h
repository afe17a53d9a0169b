// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <mutex>
#include <string>

namespace fxe::sim {

// One call of the CUDA runtime: it is counted, and holds the device while it lasts.
class Call {
 public:
  explicit Call(const char* function);

 private:
  std::unique_lock<std::recursive_mutex> lock_;
};

// Begins a function of the runtime. A device that has faulted refuses everything from then on.
#define FXE_SIM_CALL                         \
  const ::fxe::sim::Call sim_call(__func__); \
  if (::fxe::sim::fault() != cudaSuccess) return ::fxe::sim::fault()

// An error that CUDA documents, with the rule on stderr unless the program is not to blame.
cudaError_t refuse(cudaError_t, const std::string& rule);
cudaError_t decline(cudaError_t);  // out of memory, or as settings.h asked

// Undefined behaviour: ends the program with the rule and the command that repeats it.
[[noreturn]] void broken_rule(const std::string& rule);

// A kernel failed: every later call returns this, and no more work runs.
cudaError_t fault();
void set_fault(const std::string& why);

}  // namespace fxe::sim
