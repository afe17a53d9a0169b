// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/dtype.h"
#include "layers/cuda/cudnn_plan.h"
#include "layers/op.h"

namespace fxe {

// y = relu?(conv(x) + residual? + bias?), all of one type, NHWC; weights KRSC (k, r, s, c / groups); bias
// [k]. Channels as stored, padding included. A fully connected layer has h = w = r = s = 1.
struct CudnnConv {
  // Unique ids of the tensors, for CudnnExecution.
  enum Id : int64_t { kX = 1, kW, kY, kBias, kResidual };

  DType dtype = DType::f32;
  int64_t n = 1, c = 1, h = 1, w = 1, k = 1, p = 1, q = 1;
  Extent2 filter, stride, dilation;
  Padding2 pad;
  int64_t groups = 1;
  bool bias = false, residual = false, relu = false;
  bool operator==(const CudnnConv&) const = default;

  std::string str() const;  // a key and a repro line
};

// The residual comes before the bias: cuDNN has precompiled engines for that order only.
CudnnGraph make_graph(const CudnnConv&);

}  // namespace fxe
