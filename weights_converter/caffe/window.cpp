// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/caffe/window.h"

#include <optional>
#include <span>

#include "caffe.pb.h"

namespace fxe {

namespace {

constexpr int64_t kMaxField = int64_t{1} << 20;

using Numbers = std::span<const int64_t>;

struct Pair {
  const char* what;
  Numbers both;                 // none, one for both axes, or one each
  std::optional<int64_t> h, w;  // instead of `both`
  int64_t low;                  // the least allowed
  std::optional<int64_t> otherwise;
};

Extent2 read(const CaffeLayer& layer, const Pair& p) {
  if (p.both.size() > 2) throw layer.error("{} has {} numbers; fxe works on h and w", p.what, p.both.size());
  Numbers both = p.both;
  if (both.empty() && p.otherwise) both = {&*p.otherwise, 1};
  // Caffe wants both or neither of *_h and *_w, except for padding, where an absent one is 0.
  const bool apart = p.h || p.w;
  if (apart && !(p.h && p.w) && p.low > 0) throw layer.error("has one of {}_h and {}_w", p.what, p.what);
  if (!apart && both.empty()) throw layer.error("needs a {}", p.what);
  const Extent2 e = apart ? Extent2{p.h.value_or(0), p.w.value_or(0)} : Extent2{both.front(), both.back()};
  for (const int64_t v : {e.h, e.w})
    if (v < p.low || v > kMaxField)
      throw layer.error("{} is {}; expected {} to {}", p.what, v, p.low, kMaxField);
  return e;
}

template <class Field>
Numbers numbers(const Field& field) {
  return {field.data(), static_cast<size_t>(field.size())};
}

std::optional<int64_t> optional(bool has, int64_t value) { return has ? std::optional(value) : std::nullopt; }

Padding2 around(Extent2 pad) { return {pad.h, pad.w, pad.h, pad.w}; }

}  // namespace

CaffeWindow read_caffe_window(const CaffeLayer& layer, const caffe::Convolution& p) {
  const auto h_w = [](bool has_h, int64_t h, bool has_w, int64_t w) {
    return std::pair(optional(has_h, h), optional(has_w, w));
  };
  const auto [kernel_h, kernel_w] = h_w(p.has_kernel_h(), p.kernel_h(), p.has_kernel_w(), p.kernel_w());
  const auto [stride_h, stride_w] = h_w(p.has_stride_h(), p.stride_h(), p.has_stride_w(), p.stride_w());
  const auto [pad_h, pad_w] = h_w(p.has_pad_h(), p.pad_h(), p.has_pad_w(), p.pad_w());
  return {.filter = read(layer, {"kernel", numbers(p.kernel_size()), kernel_h, kernel_w, 1, {}}),
          .stride = read(layer, {"stride", numbers(p.stride()), stride_h, stride_w, 1, 1}),
          .dilation = read(layer, {"dilation", numbers(p.dilation()), {}, {}, 1, 1}),
          .pad = around(read(layer, {"pad", numbers(p.pad()), pad_h, pad_w, 0, 0}))};
}

CaffeWindow read_caffe_window(const CaffeLayer& layer, const caffe::Pooling& p) {
  const int64_t kernel = p.kernel_size(), stride = p.stride(), pad = p.pad();
  const auto one = [](bool has, const int64_t& value) { return has ? Numbers(&value, 1) : Numbers(); };
  return {
      .filter = read(layer, {"kernel",
                             one(p.has_kernel_size(), kernel),
                             optional(p.has_kernel_h(), p.kernel_h()),
                             optional(p.has_kernel_w(), p.kernel_w()),
                             1,
                             {}}),
      .stride = read(layer, {"stride", one(p.has_stride(), stride), optional(p.has_stride_h(), p.stride_h()),
                             optional(p.has_stride_w(), p.stride_w()), 1, 1}),
      .dilation = {},
      .pad = around(read(layer, {"pad", one(p.has_pad(), pad), optional(p.has_pad_h(), p.pad_h()),
                                 optional(p.has_pad_w(), p.pad_w()), 0, 0}))};
}

}  // namespace fxe
