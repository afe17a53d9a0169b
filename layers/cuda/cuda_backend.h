// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "layers/backend.h"
#include "layers/cuda/described_device.h"

// cuDNN for convolutions, cuBLASLt or cuDNN for fully connected layers of many rows, kernels/nhwc/ for
// everything else: docs/design/cuda.md. Values are NHWC in fp32 (fp32, tf32), fp16 or bf16; sums are kept in
// fp32. Only if FXE_HAVE_CUDA is set.
//
// Plans of one backend run on one host thread at a time. `device` must outlive the backend.
namespace fxe {

struct CudaPlanOptions {
  // time plans on the device; otherwise take the heuristics' first. Not for described devices
  bool autotune = false;
  std::filesystem::path cache_folder;                          // of layers/cuda/plan_cache.h; empty: no cache
  std::function<void(const std::string&)> say = [](auto&) {};  // one line: the cache, a missing library
  size_t workspace_limit_bytes = size_t{64} << 20;             // per layer
};

// For GPU `index` of this machine; `device` is its memory (engine/cuda/cuda_device.h). Throws bad_input for a
// precision that the GPU does not have.
std::unique_ptr<Backend> make_cuda_backend(Device& device, Precision precision, int index,
                                           const CudaPlanOptions& = {});

// For a GPU that is not present: plans are chosen as on the real one, and `device` only records.
std::unique_ptr<Backend> make_cuda_backend(Device& device, Precision precision, const DeviceDescription&,
                                           const CudaPlanOptions& = {});

}  // namespace fxe
