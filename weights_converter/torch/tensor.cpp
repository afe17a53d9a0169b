// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/torch/tensor.h"

#include <array>
#include <cstring>

#include "weights_converter/printable.h"

namespace fxe {

namespace {

bool is_row_major(const TorchTensor& t) {
  int64_t expected = 1;
  for (int i = t.shape.rank() - 1; i >= 0; --i) {
    if (t.shape[i] != 1 && t.strides[static_cast<size_t>(i)] != expected) return false;
    expected *= t.shape[i];
  }
  return true;
}

// One past the last element that the tensor reads, within `elements`; otherwise throws bad_input.
void expect_within(const TorchTensor& t, int64_t elements, std::string_view key) {
  const auto outside = [&] {
    return bad_input("a tensor of shape {} at element {} reaches outside its storage '{}' of {} elements",
                     t.shape.str(), t.offset, printable(key), elements);
  };
  int64_t last = t.offset;
  if (last >= elements) throw outside();
  for (int i = 0; i < t.shape.rank(); ++i) {
    int64_t reach = 0;
    if (__builtin_mul_overflow(t.shape[i] - 1, t.strides[static_cast<size_t>(i)], &reach) ||
        reach > elements - 1 - last)
      throw outside();
    last += reach;
  }
  if (t.shape.elements() > elements)
    throw bad_input(
        "a tensor of shape {} repeats elements of its storage '{}' of {}; save a contiguous() copy",
        t.shape.str(), printable(key), elements);
}

}  // namespace

Tensor TorchTensors::make(const TorchTensor& t) {
  const size_t size = size_bytes(t.dtype);
  if (t.shape.elements() == 0) return Tensor::from_bytes(t.dtype, t.shape, {});
  const TorchStorage& storage = objects_.storages[t.storage];
  const SharedBytes whole = storages_(storage);
  const Bytes view =
      whole.bytes.subspan(static_cast<size_t>(storage.view_offset) * storage.element_bytes(),
                          static_cast<size_t>(storage.view_elements) * storage.element_bytes());
  expect_within(t, static_cast<int64_t>(view.size() / size), storage.key);
  if (!is_row_major(t)) return make_contiguous(t, view);
  return Tensor{
      t.dtype, t.shape,
      view.subspan(static_cast<size_t>(t.offset) * size, static_cast<size_t>(t.shape.elements()) * size),
      whole.owner};
}

Tensor TorchTensors::make_contiguous(const TorchTensor& t, Bytes view) {
  const size_t size = size_bytes(t.dtype);
  const auto count = static_cast<size_t>(t.shape.elements());
  if (count * size > copies_left_)
    throw bad_input("its tensors need much more memory than the file is long; save contiguous() copies");
  copies_left_ -= count * size;
  std::vector<std::byte> out(count * size);
  std::array<int64_t, Shape::kMaxRank> index{};
  int64_t element = t.offset;
  for (size_t i = 0; i < count; ++i) {
    std::memcpy(out.data() + i * size, view.data() + static_cast<size_t>(element) * size, size);
    for (int d = t.shape.rank() - 1; d >= 0; --d) {
      const auto axis = static_cast<size_t>(d);
      // Never steps past the end: the stride of a dimension of 1 may be any number.
      if (index[axis] + 1 < t.shape[d]) {
        element += t.strides[axis];
        ++index[axis];
        break;
      }
      element -= t.strides[axis] * index[axis];
      index[axis] = 0;
    }
  }
  return Tensor::from_bytes(t.dtype, t.shape, std::move(out));
}

WeightFile torch_weight_file(std::string format, StateDict dict, TorchTensors& tensors) {
  WeightFile file;
  file.format = std::move(format);
  file.notes = std::move(dict.notes);
  if (!dict.arch.empty()) file.metadata.emplace("arch", dict.arch);
  for (const auto& [name, tensor] : dict.tensors) {
    try {
      file.tensors.emplace(name, tensors.make(*tensor));
    } catch (const Error& e) {
      throw Error(e.kind(), fmt::format("tensor '{}': {}", printable(name), e.what()));
    }
  }
  return file;
}

}  // namespace fxe
