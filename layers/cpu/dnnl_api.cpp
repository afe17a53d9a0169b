// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/dnnl_api.h"

#include "engine/error.h"

namespace fxe::cpu {

namespace {

Md make_md(const Dims& dims, bool any) {
  using Tag = dnnl::memory::format_tag;
  constexpr Tag kPlain[] = {Tag::undef, Tag::a, Tag::ab, Tag::abc, Tag::abcd, Tag::abcde};
  return Md(dims, dnnl::memory::data_type::f32, any ? Tag::any : kPlain[dims.size()]);
}

}  // namespace

Md plain_md(const Dims& dims) { return make_md(dims, false); }
Md any_md(const Dims& dims) { return make_md(dims, true); }

Md channels_last_md(const Dims& dims) {
  return Md(dims, dnnl::memory::data_type::f32, dnnl::memory::format_tag::acdb);
}

Md pixels_md(int64_t n, int64_t c) { return channels_last_md({n, c, 1, 1}); }

#if DNNL_VERSION_MAJOR >= 3

Dims dims_of(const Md& md) { return md.get_dims(); }

std::optional<Blocking> blocking_of(const Md& md) {
  if (md.get_format_kind() != dnnl::memory::format_kind::blocked || md.get_inner_nblks() > 1) return {};
  Blocking result{md.get_dims(), md.get_padded_dims(), md.get_strides()};
  if (md.get_inner_nblks() == 1) {
    if (md.get_inner_idxs()[0] != 1) return {};
    result.channel_block = md.get_inner_blks()[0];
  }
  return result;
}

#else

Dims dims_of(const Md& md) { return md.dims(); }

std::optional<Blocking> blocking_of(const Md& md) {
  const auto& format = md.data.format_desc.blocking;
  if (md.data.format_kind != dnnl_blocked || format.inner_nblks > 1) return {};
  const int rank = md.data.ndims;
  Blocking result{Dims(md.data.dims, md.data.dims + rank),
                  Dims(md.data.padded_dims, md.data.padded_dims + rank),
                  Dims(format.strides, format.strides + rank)};
  if (format.inner_nblks == 1) {
    if (format.inner_idxs[0] != 1) return {};
    result.channel_block = format.inner_blks[0];
  }
  return result;
}

#endif

Md md_like(const Md& md, const Dims& dims) {
  using Tag = dnnl::memory::format_tag;
  const auto blocking = blocking_of(md);
  if (!blocking || dims.size() != 4 || blocking->dims.size() != 4) return plain_md(dims);
  const int64_t block = blocking->channel_block;
  const Tag tag = block == 4                  ? Tag::aBcd4b
                  : block == 8                ? Tag::aBcd8b
                  : block == 16               ? Tag::aBcd16b
                  : blocking->strides[1] == 1 ? Tag::acdb
                                              : Tag::abcd;
  return Md(dims, dnnl::memory::data_type::f32, tag);
}

Execution::Execution(const Primitive& primitive, std::vector<std::pair<int, dnnl::memory>> args)
    : primitive_(primitive.primitive) {
  for (auto& [arg, memory] : args) {
    memories_.push_back(std::move(memory));
    args_.push_back({arg, memories_.back().get()});
  }
}

void Execution::set_address(size_t arg, void* address) { memories_[arg].set_data_handle(address); }

void Execution::run(const dnnl::stream& stream) const {
  const dnnl_status_t status =
      dnnl_primitive_execute(primitive_.get(), stream.get(), static_cast<int>(args_.size()), args_.data());
  if (status != dnnl_success)
    throw run_time_error("oneDNN: executing a primitive failed with status {}", static_cast<int>(status));
}

}  // namespace fxe::cpu
