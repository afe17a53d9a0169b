// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/nhwc/nhwc.h"
#include "layers/backend.h"

// How this backend keeps a value: NHWC, with channels padded to 16 bytes. A Flatten changes only the shape:
// [n c*h*w] is kept as [n c h w] was, until an operation needs rows.
namespace fxe::cuda {

struct CudaLayout final : Layout {
  explicit CudaLayout(const NhwcTensor& t) : image(t) {}
  NhwcTensor image;  // without data
};

DType storage_dtype(Precision precision);

// [n c h w], or [n c] as [n c 1 1], as the backend stores it; without data.
NhwcTensor image_of(const Shape& shape, DType dtype);

// How a value of this backend is kept. A value without a Layout is rows of fp32 that need no padding.
NhwcTensor image_of(const Value& value);

// A value of `shape` kept as `image`. If its bytes equal those of the plain value it has no Layout, and so
// can be the caller's output.
Value value_of(const Shape& shape, const NhwcTensor& image);

// Whether the elements of a value kept as `image` are in the order of its own shape.
bool in_order(const Shape& shape, const NhwcTensor& image);

size_t size_bytes(const NhwcTensor& image);

inline NhwcTensor at(NhwcTensor image, void* data) {
  image.data = data;
  return image;
}

}  // namespace fxe::cuda
