// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/dnnl_api.h"

// In version 2 a `desc` describes an operation and a primitive_desc is made of it; version 3 has only
// the latter.
namespace fxe::cpu {

namespace {

using Attr = dnnl::primitive_attr;
constexpr auto kInference = dnnl::prop_kind::forward_inference;

Attr attributes() {
  Attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attr;
}

void append(dnnl::post_ops& ops, dnnl::algorithm algorithm, float alpha, float beta) {
#if DNNL_VERSION_MAJOR >= 3
  ops.append_eltwise(algorithm, alpha, beta);
#else
  ops.append_eltwise(/*scale=*/1, algorithm, alpha, beta);
#endif
}

void append(dnnl::post_ops& ops, const Activation& act) {
  switch (act.kind) {
    case Activation::Kind::none:
      return;
    case Activation::Kind::relu:
      return append(ops, dnnl::algorithm::eltwise_relu, 0, 0);
    case Activation::Kind::leaky_relu:
      return append(ops, dnnl::algorithm::eltwise_relu, act.slope, 0);
    case Activation::Kind::clip:
      return append(ops, dnnl::algorithm::eltwise_clip, act.low, act.high);
    case Activation::Kind::sigmoid:
      return append(ops, dnnl::algorithm::eltwise_logistic, 0, 0);
    case Activation::Kind::hard_sigmoid:  // as two: version 2 lacks it
      append(ops, dnnl::algorithm::eltwise_linear, act.slope, act.offset);
      return append(ops, dnnl::algorithm::eltwise_clip, 0, 1);
    case Activation::Kind::hard_swish:  // version 2 ignores the numbers
      return append(ops, dnnl::algorithm::eltwise_hardswish, 1.0f / 6, 0.5f);
    case Activation::Kind::silu:
      return append(ops, dnnl::algorithm::eltwise_swish, 1, 0);
    case Activation::Kind::gelu:
      return append(ops, dnnl::algorithm::eltwise_gelu_erf, 0, 0);
    case Activation::Kind::gelu_tanh:
      return append(ops, dnnl::algorithm::eltwise_gelu_tanh, 0, 0);
  }
}

// Keeps the implementation's descriptors, which say what a format_tag::any became.
template <class P>
Primitive finish(const typename P::primitive_desc& pd) {
  const auto md = [&](int arg) { return pd.query_md(dnnl::query::exec_arg_md, arg); };
  return {P(pd),
          md(DNNL_ARG_SRC),
          md(DNNL_ARG_WEIGHTS),
          md(DNNL_ARG_BIAS),
          md(DNNL_ARG_DST),
          pd.scratchpad_desc(),
          pd.impl_info_str()};
}

}  // namespace

Primitive make_reorder(const dnnl::engine& engine, const Md& from, const Md& to) {
  const dnnl::reorder::primitive_desc pd(engine, from, engine, to, attributes());
  Primitive result{dnnl::reorder(pd)};
  result.src = from;
  result.dst = to;
  result.scratchpad = pd.scratchpad_desc();
  result.implementation = pd.impl_info_str();
  return result;
}

Primitive make_convolution(const dnnl::engine& engine, const Conv2d& op, const Md& src, const Md& weights,
                           const Md& bias, const Md& dst) {
  using P = dnnl::convolution_forward;
  const Dims stride{op.stride.h, op.stride.w};
  const Dims dilation{op.dilation.h - 1, op.dilation.w - 1};
  const Dims before{op.pad.top, op.pad.left}, after{op.pad.bottom, op.pad.right};
  dnnl::post_ops ops;
  if (op.add_residual) ops.append_sum(1);
  append(ops, op.act);
  Attr attr = attributes();
  attr.set_post_ops(ops);
  // Never Winograd: its rounding exceeds the bound of a sum of products.
  constexpr auto kDirect = dnnl::algorithm::convolution_direct;
#if DNNL_VERSION_MAJOR >= 3
  return finish<P>(P::primitive_desc(engine, kInference, kDirect, src, weights, bias, dst, stride, dilation,
                                     before, after, attr));
#else
  return finish<P>(P::primitive_desc(
      P::desc(kInference, kDirect, src, weights, bias, dst, stride, dilation, before, after), attr, engine));
#endif
}

Primitive make_inner_product(const dnnl::engine& engine, const Md& src, const Md& weights, const Md& bias,
                             const Md& dst) {
  using P = dnnl::inner_product_forward;
#if DNNL_VERSION_MAJOR >= 3
  return finish<P>(P::primitive_desc(engine, kInference, src, weights, bias, dst, attributes()));
#else
  return finish<P>(P::primitive_desc(P::desc(kInference, src, weights, bias, dst), attributes(), engine));
#endif
}

Primitive make_lrn(const dnnl::engine& engine, const Lrn& op, const Md& src) {
  using P = dnnl::lrn_forward;
  constexpr auto kAcross = dnnl::algorithm::lrn_across_channels;
#if DNNL_VERSION_MAJOR >= 3
  return finish<P>(P::primitive_desc(engine, kInference, kAcross, src, src, op.size, op.alpha, op.beta, op.k,
                                     attributes()));
#else
  return finish<P>(P::primitive_desc(P::desc(kInference, kAcross, src, op.size, op.alpha, op.beta, op.k),
                                     attributes(), engine));
#endif
}

Primitive make_concat(const dnnl::engine& engine, const std::vector<Md>& srcs) {
#if DNNL_VERSION_MAJOR >= 3
  const dnnl::concat::primitive_desc pd(engine, /*concat_dimension=*/1, srcs, attributes());
#else
  const dnnl::concat::primitive_desc pd(/*concat_dimension=*/1, srcs, engine, attributes());
#endif
  Primitive result{dnnl::concat(pd)};
  result.dst = pd.dst_desc();
  result.scratchpad = pd.scratchpad_desc();
  result.implementation = pd.impl_info_str();
  return result;
}

}  // namespace fxe::cpu
