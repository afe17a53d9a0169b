// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace fxe {

// Whether this program can use a GPU here. Needs no CUDA to include or call.
struct CudaAvailability {
  bool built_in = false;  // the program was built with the CUDA backend
  bool working = false;   // this machine also has a suitable driver and a device
  // no_toolkit | no_driver | driver_too_old | no_cudnn | no_device | not_built_for | working
  std::string state = "no_toolkit";
  std::string text;      // one line: the devices, or what is missing and how to fix it
  std::string versions;  // "driver for CUDA 13.0, runtime 13.0, cuDNN 9.19.0"; empty unless built in
};

CudaAvailability cuda_availability();

// Loads the library of matrix products and names it: "cuBLASLt 13.1.0" or "no cuBLASLt"; empty unless built
// in.
std::string matmul_library_version();

}  // namespace fxe
