// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <oneapi/dnnl/dnnl.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "layers/op.h"

// Everything fxe uses of oneDNN, in fxe's terms, for versions 2 and 3 of the library: only dnnl_api.cpp and
// dnnl_primitives.cpp know how the two differ. Everything is fp32, inference, with scratchpads from the
// caller. Failures are thrown as dnnl::error.
namespace fxe::cpu {

using Md = dnnl::memory::desc;
using Dims = dnnl::memory::dims;

// Row-major fp32, and "whatever the primitive prefers", of 1 to 5 dimensions.
Md plain_md(const Dims& dims);
Md any_md(const Dims& dims);
Md channels_last_md(const Dims& dims);  // [n c h w]
Dims dims_of(const Md&);

// Rows [n c] as images [n c 1 1] of the same bytes, declared channels-last: a layout that
// convolutions accept.
Md pixels_md(int64_t n, int64_t c);

// Memory in blocks along dimension 1. Strides are in elements; that of dimension 1 steps from block to block.
// Plain layouts have blocks of 1. Nothing for layouts of other kinds.
struct Blocking {
  Dims dims, padded_dims, strides;
  int64_t channel_block = 1;
};
std::optional<Blocking> blocking_of(const Md&);

// A descriptor of other dimensions in the order of `md`: channel blocks, channels-last, or plain.
Md md_like(const Md& md, const Dims& dims);

// A primitive and what its caller must know to run it.
struct Primitive {
  dnnl::primitive primitive;
  Md src, weights, bias, dst, scratchpad;  // empty if the primitive has none
  std::string implementation;              // "jit:avx2", as oneDNN calls it
};

Primitive make_reorder(const dnnl::engine&, const Md& from, const Md& to);

// y = act(conv(x) + bias + (sum ? what dst holds : 0)).
// Dimensions: src [n c h w], weights [k c r s] or [g k/g c/g r s]; an empty bias means none.
Primitive make_convolution(const dnnl::engine&, const Conv2d&, const Md& src, const Md& weights,
                           const Md& bias, const Md& dst);

// y = x W^T + bias; src [n c] or [n c h w], weights [k c] or [k c h w].
Primitive make_inner_product(const dnnl::engine&, const Md& src, const Md& weights, const Md& bias,
                             const Md& dst);

Primitive make_lrn(const dnnl::engine&, const Lrn&, const Md& src);
Primitive make_concat(const dnnl::engine&, const std::vector<Md>& srcs);

// Arguments of an execution in the form of the C interface, so that executing converts nothing.
class Execution {
 public:
  Execution(const Primitive&, std::vector<std::pair<int, dnnl::memory>> args);
  void set_address(size_t arg, void* address);  // between runs
  void run(const dnnl::stream&) const;          // throws run_time

 private:
  dnnl::primitive primitive_;
  std::vector<dnnl::memory> memories_;  // what args_ points at
  std::vector<dnnl_exec_arg_t> args_;
};

}  // namespace fxe::cpu
