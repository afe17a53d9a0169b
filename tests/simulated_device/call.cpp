// SPDX-License-Identifier: Apache-2.0
#include "tests/simulated_device/call.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "tests/simulated_device/coverage.h"
#include "tests/simulated_device/settings.h"

namespace fxe::sim {

namespace {

std::recursive_mutex& device_mutex() {
  static std::recursive_mutex mutex;
  return mutex;
}

cudaError_t last_error = cudaSuccess, sticky_error = cudaSuccess;

const char* name_of(cudaError_t error) {
  switch (error) {
#define FXE_SIM_NAME(name) \
  case name:               \
    return #name
    FXE_SIM_NAME(cudaSuccess);
    FXE_SIM_NAME(cudaErrorCapturedEvent);
    FXE_SIM_NAME(cudaErrorIllegalAddress);
    FXE_SIM_NAME(cudaErrorInsufficientDriver);
    FXE_SIM_NAME(cudaErrorInvalidConfiguration);
    FXE_SIM_NAME(cudaErrorInvalidDevice);
    FXE_SIM_NAME(cudaErrorInvalidValue);
    FXE_SIM_NAME(cudaErrorLaunchOutOfResources);
    FXE_SIM_NAME(cudaErrorLossyQuery);
    FXE_SIM_NAME(cudaErrorMemoryAllocation);
    FXE_SIM_NAME(cudaErrorNotReady);
    FXE_SIM_NAME(cudaErrorNotSupported);
    FXE_SIM_NAME(cudaErrorStreamCaptureImplicit);
    FXE_SIM_NAME(cudaErrorStreamCaptureInvalidated);
    FXE_SIM_NAME(cudaErrorStreamCaptureIsolation);
    FXE_SIM_NAME(cudaErrorStreamCaptureMerge);
    FXE_SIM_NAME(cudaErrorStreamCaptureUnjoined);
    FXE_SIM_NAME(cudaErrorStreamCaptureUnmatched);
    FXE_SIM_NAME(cudaErrorStreamCaptureUnsupported);
#undef FXE_SIM_NAME
    default:
      return "cudaErrorUnknown";
  }
}

void say(const char* what, const std::string& why) {
  std::fprintf(stderr, "simulated GPU: %s: %s\n  again: %s\n", what, why.c_str(), repeat_command().c_str());
}

}  // namespace

Call::Call(const char* function) : lock_(device_mutex()) { ++coverage().calls[function]; }

cudaError_t refuse(cudaError_t error, const std::string& rule) {
  say(name_of(error), rule);
  return last_error = error;
}

cudaError_t decline(cudaError_t error) { return last_error = error; }

void broken_rule(const std::string& rule) {
  say("undefined on a GPU", rule);
  std::abort();
}

cudaError_t fault() { return sticky_error; }

void set_fault(const std::string& why) {
  say("the device failed", why);
  sticky_error = last_error = cudaErrorIllegalAddress;
}

}  // namespace fxe::sim

extern "C" {

using namespace fxe::sim;

cudaError_t cudaGetLastError() {
  const Call call(__func__);
  return std::exchange(last_error, sticky_error);
}

const char* cudaGetErrorName(cudaError_t error) {
  const Call call(__func__);
  return name_of(error);
}

const char* cudaGetErrorString(cudaError_t error) {
  const Call call(__func__);
  return name_of(error);
}

}  // extern "C"
