// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/nhwc/nhwc.h"
#include "layers/backend.h"

// How this backend keeps a value: NHWC, with channels padded to 16 bytes. A Flatten changes the shape only:
// until an operation needs rows, [n c*h*w] is kept as [n c h w] was.
namespace fxe::cuda {

struct CudaLayout final : Layout {
  explicit CudaLayout(const NhwcTensor& t) : image(t) {}
  NhwcTensor image;  // without data
};

DType storage_dtype(Precision precision);

// [n c h w], or [n c] as [n c 1 1], as the backend stores it; without data.
NhwcTensor image_of(const Shape& shape, DType dtype);

// How a value of this backend is kept. Without a Layout it is rows of fp32 whose channels need no padding.
NhwcTensor image_of(const Value& value);

// A value of `shape` kept as `image`. It has no Layout, and so can be the caller's output, if its bytes are
// those of the plain one.
Value value_of(const Shape& shape, const NhwcTensor& image);

// Whether the elements of a value kept as `image` are in the order of its own shape.
bool in_order(const Shape& shape, const NhwcTensor& image);

size_t size_bytes(const NhwcTensor& image);

inline NhwcTensor at(NhwcTensor image, void* data) {
  image.data = data;
  return image;
}

}  // namespace fxe::cuda
