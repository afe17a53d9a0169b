// SPDX-License-Identifier: Apache-2.0
#include "engine/dtype.h"
#include "layers/cpu/apply.h"
#include "layers/cpu/direct_step.h"

namespace fxe::cpu {

namespace {

bool is_plain_loops(const Primitive& p) { return p.implementation.starts_with("ref"); }

// oneDNN's matrix product (not its brgemm) allocates memory at every run to pack its operands.
bool allocates(const Primitive& p) {
  return p.implementation.find("gemm:") != std::string::npos && !p.implementation.starts_with("brgemm");
}

struct Product {
  Primitive primitive;
  Dims weights;  // the primitive's weights are a reordering of these
};

// A flattened image is multiplied in its own layout, with the weights reordered to match.
Product of_image(const dnnl::engine& engine, const Md& held, const Md& bias, const Md& y) {
  Dims w = dims_of(held);
  w[0] = dims_of(y)[1];
  return {make_inner_product(engine, held, any_md(w), bias, y), w};
}

// A product of rows. If the library's product would allocate, its 1x1 convolution of 1x1 images: as fast on
// one image, though not on many.
Product of_rows(const dnnl::engine& engine, int64_t n, int64_t c, const Md& bias, const Md& y) {
  const int64_t k = dims_of(y)[1];
  Product product{make_inner_product(engine, plain_md(Dims{n, c}), any_md({k, c}), bias, y), {k, c}};
  if (!allocates(product.primitive)) return product;
  Product convolution{
      make_convolution(engine, Conv2d{.k = k}, pixels_md(n, c), any_md({k, c, 1, 1}), bias, pixels_md(n, k)),
      {k, c, 1, 1}};
  const Primitive& found = convolution.primitive;
  return is_plain_loops(found) || allocates(found) ? product : convolution;
}

void add_product(StepBuilder& step, const dnnl::engine& engine, const Linear& op, const OpContext& context) {
  const int64_t n = context.inputs[0].shape[0], c = context.inputs[0].shape[1];
  const Md held = md_of(context.inputs[0]);
  const Md bias = op.bias.empty() ? Md() : plain_md(Dims{op.k});
  const Md y = plain_md(Dims{n, op.k});

  Product product;
  if (!is_plain(held)) product = of_image(engine, held, bias, y);
  Primitive& primitive = product.primitive;
  if (!primitive.primitive || is_plain_loops(primitive) || allocates(primitive))
    product = of_rows(engine, n, c, bias, y);

  const Operand result = step.output(y);
  Operand written = result;
  written.md = primitive.dst;
  std::vector<std::pair<int, Operand>> args = {
      {DNNL_ARG_SRC, step.input_as(0, primitive.src)},
      {DNNL_ARG_WEIGHTS, step.weight(op.weight, plain_md(product.weights), primitive.weights)},
      {DNNL_ARG_DST, written}};
  if (!op.bias.empty()) args.emplace_back(DNNL_ARG_BIAS, step.weight(op.bias, bias, bias));
  step.add(primitive, args);
  // Few values, so an own pass costs nothing; unlike oneDNN's it keeps NaN.
  if (op.act) step.add(op.act.str(), apply_in_place(op.act, static_cast<size_t>(n * op.k)), {result});
}

// A convolution of 1x1 images; for a flattened image kept channels-last, one with a filter of the
// image's size.
void add_own(StepBuilder& step, CpuBackend& backend, const Linear& op, const OpContext& context) {
  const int64_t n = context.inputs[0].shape[0], c = context.inputs[0].shape[1];
  const Md held = md_of(context.inputs[0]);
  const Dims dims = dims_of(held);
  const bool image = !is_plain(held) && dims.size() == 4 && dims[1] * dims[2] * dims[3] == c &&
                     dims[2] <= DirectConv::kMostTaps;
  const Dims x = image ? dims : Dims{n, c, 1, 1};
  const Conv2d conv{.k = op.k, .filter = {x[2], x[3]}, .act = op.act};
  const Operand source = step.input_as(0, image ? channels_last_md(x) : plain_md(Dims{n, c}));
  add_direct(step, backend,
             DirectConv(conv, Shape{x[0], x[1], x[2], x[3]}, Shape{n, op.k, 1, 1},
                        backend.precision() == Precision::bf16),
             op.weight, op.bias, source, {}, step.output(plain_md(Dims{n, op.k})));
}

}  // namespace

Prepared CpuBackend::prepare(const Linear& op, const OpContext& context) {
  Prepared prepared = build_step(*this, context, [&](StepBuilder& step) {
    if (DirectConv::fits(Conv2d{.k = op.k}, context.inputs[0].shape[1]))
      add_own(step, *this, op, context);
    else
      add_product(step, engine_, op, context);
  });
  if (precision_ == Precision::bf16) prepared.weight_element_bytes = size_bytes(DType::bf16);
  return prepared;
}

}  // namespace fxe::cpu
