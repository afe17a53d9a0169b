// SPDX-License-Identifier: Apache-2.0
#include "layers/cuda/layout.h"

#include "engine/error.h"

namespace fxe::cuda {

DType storage_dtype(Precision precision) {
  switch (precision) {
    case Precision::fp16:
      return DType::f16;
    case Precision::bf16:
      return DType::bf16;
    case Precision::fp32:
    case Precision::tf32:
      break;
  }
  return DType::f32;
}

NhwcTensor image_of(const Shape& shape, DType dtype) {
  if (shape.rank() != 2 && shape.rank() != 4)
    throw bad_input("cuda: a value must be [n c] or [n c h w], found {}", shape.str());
  NhwcTensor image{.dtype = dtype, .n = shape[0], .c = shape[1]};
  if (shape.rank() == 4) image.h = shape[2], image.w = shape[3];
  image.stored_c = stored_channels(dtype, image.c);
  if (image.elements() >= int64_t{1} << 31)
    throw bad_input(
        "cuda: {} takes 2^31 elements or more once its channels are padded to {}; use a smaller batch",
        shape.str(), image.stored_c);
  return image;
}

NhwcTensor image_of(const Value& value) {
  const auto* layout = dynamic_cast<const CudaLayout*>(value.layout.get());
  return layout ? layout->image : image_of(value.shape, DType::f32);
}

Value value_of(const Shape& shape, const NhwcTensor& image) {
  Value value{shape, size_bytes(image), nullptr};
  const bool plain = image.dtype == DType::f32 && image.h * image.w == 1 && image.c == image.stored_c;
  if (!plain) value.layout = std::make_shared<CudaLayout>(image);
  return value;
}

bool in_order(const Shape& shape, const NhwcTensor& image) {
  return shape.rank() == 4 || image.h * image.w == 1;
}

size_t size_bytes(const NhwcTensor& image) {
  return static_cast<size_t>(image.elements()) * fxe::size_bytes(image.dtype);
}

}  // namespace fxe::cuda
