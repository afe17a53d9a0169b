// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "layers/backend.h"

namespace fxe {

// A GPU as cuDNN's heuristics see it, which is enough to choose plans without the device. NVIDIA published
// the numbers, in data sheets and in the CUDA programming guide's table "Technical Specifications per
// Compute Capability".
struct DeviceDescription {
  std::string_view name;     // "h200": its name in options
  std::string_view product;  // "NVIDIA H200"
  int compute_capability;    // 90: sm_90
  int multiprocessors;
  int sm_clock_khz, memory_clock_khz;
  int64_t l2_bytes, memory_bytes;
  int shared_per_block_optin_bytes;  // the most a block may request
  int blocks_per_multiprocessor, threads_per_multiprocessor;

  std::string json() const;  // for CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION
};

// h200, a100, l4, t4.
std::span<const DeviceDescription> described_devices();
const DeviceDescription& described_device(std::string_view name);  // throws bad_input listing the names

// tf32 and bf16 need sm_80.
bool has_precision(int compute_capability, Precision precision);

}  // namespace fxe
