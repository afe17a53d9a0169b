// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/layout.h"

#include "engine/error.h"

namespace fxe::cpu {

Dims dims_of(const Shape& shape) { return Dims(shape.dims().begin(), shape.dims().end()); }

Md plain_md(const Shape& shape) { return plain_md(dims_of(shape)); }

Md md_of(const Value& value) {
  const auto* layout = dynamic_cast<const CpuLayout*>(value.layout.get());
  return layout ? layout->md : plain_md(value.shape);
}

Value value_of(const Shape& shape, const Md& md) {
  Value value{shape, md.get_size(), nullptr};
  if (!is_plain(md)) value.layout = std::make_shared<CpuLayout>(md);
  return value;
}

bool is_plain(const Md& md) {
  const auto blocking = blocking_of(md);
  if (!blocking || blocking->dims != blocking->padded_dims) return false;
  const Dims& dims = blocking->dims;
  int64_t expected = 1;
  for (size_t i = dims.size(); i-- > 0;) {
    const bool blocked = i == 1 && blocking->channel_block > 1;
    if (blocked && expected != 1) return false;
    const int64_t step = blocked ? blocking->channel_block : expected;
    const int64_t count = blocked ? dims[i] / blocking->channel_block : dims[i];
    if (count > 1 && blocking->strides[i] != step) return false;
    expected *= dims[i];
  }
  return true;
}

bool same_bytes(const Md& a, const Md& b) {
  return a == b || (a.get_size() == b.get_size() && is_plain(a) && is_plain(b));
}

std::optional<Blocks> blocks_of(const Md& md) {
  const auto blocking = blocking_of(md);
  if (!blocking || (blocking->dims.size() != 2 && blocking->dims.size() != 4)) return {};
  const auto& [dims, padded, strides, block] = *blocking;
  Blocks b{.n = dims[0], .step_n = strides[0], .channels = dims[1]};
  if (dims.size() == 4) {
    b.h = dims[2], b.w = dims[3];
    b.step_h = strides[2], b.step_w = strides[3];
  }
  const bool channels_last = block == 1 && strides[1] == 1;
  b.lanes = channels_last ? padded[1] : block;
  b.blocks = padded[1] / b.lanes;
  b.step_block = channels_last ? b.lanes : strides[1];
  return b;
}

Blocks with_lanes(Blocks b, int64_t lanes) {
  if (b.lanes == lanes) return b;
  if (b.blocks != 1 || b.lanes % lanes != 0)
    throw run_time_error("cpu: a value with {} lanes was to be seen with {}", b.lanes, lanes);
  b.blocks = b.lanes / lanes;
  b.lanes = b.step_block = lanes;
  return b;
}

}  // namespace fxe::cpu
