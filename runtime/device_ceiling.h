// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/backend.h"

namespace fxe {

// What a device reaches in practice: the ceiling that kernels are compared with.
struct DeviceCeiling {
  double gb_per_s = 0;     // ReLU over a value far larger than any cache: read once, written once
  double gflop_per_s = 0;  // a 3x3 convolution of 256 channels, at the backend's precision
};

// Measures it now, on this backend's own kernels: the best of a few runs of each, on a batch that grows until
// it takes 2 ms or has 64 M values (the convolution's: 26 M). Takes some tenths of a second, and memory for
// the batch: 600 MiB on a fast device.
DeviceCeiling measure_ceiling(Backend&);

}  // namespace fxe
