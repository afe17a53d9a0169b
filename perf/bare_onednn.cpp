// SPDX-License-Identifier: Apache-2.0
#include "perf/bare_onednn.h"

#include <omp.h>

#include <algorithm>
#include <stdexcept>

#include "layers/cpu/dnnl_api.h"
#include "layers/cpu/layout.h"

namespace fxe::perf {

using cpu::Dims;
using cpu::Md;
using cpu::Primitive;

struct BareOnednn::Impl {
  Impl(const Plan& p, int t) : plan(p), threads(t) {
    std::fill_n(arena.as<float>(), arena.bytes() / sizeof(float), 0.25f);
  }

  struct Execution {
    dnnl::primitive primitive;
    std::vector<dnnl::memory> memories;
    std::vector<dnnl_exec_arg_t> args;
  };

  // Memory for a value of layer `i`: its place in the arena where that is large enough for this primitive's
  // format.
  dnnl::memory value(size_t i, const Md& md) {
    const Plan::Layer& layer = plan.layers()[i];
    if (layer.place != Plan::Place::arena || md.get_size() > layer.value.bytes) return filled(md);
    return {md, engine, arena.data() + layer.offset_bytes};
  }

  dnnl::memory filled(const Md& md) {
    dnnl::memory memory(md, engine);
    auto* const data = static_cast<float*>(memory.get_data_handle());
    for (size_t i = 0; i < md.get_size() / sizeof(float); ++i)
      data[i] = static_cast<float>(i % 7) * 0.01f - 0.03f;  // no page of zeros, no denormal
    return memory;
  }

  void add(const Primitive& p, size_t from, size_t to) {
    Execution e{p.primitive, {}, {}};
    const auto use = [&](int arg, dnnl::memory memory) {
      e.memories.push_back(std::move(memory));
      e.args.push_back({arg, e.memories.back().get()});
    };
    use(DNNL_ARG_SRC, value(from, p.src));
    use(DNNL_ARG_DST, value(to, p.dst));
    if (p.weights.get_size()) use(DNNL_ARG_WEIGHTS, filled(p.weights));
    if (p.bias.get_size()) use(DNNL_ARG_BIAS, filled(p.bias));
    if (p.scratchpad.get_size()) use(DNNL_ARG_SCRATCHPAD, filled(p.scratchpad));
    executions.push_back(std::move(e));
  }

  void add(const Conv2d& op, size_t from, size_t to) {
    const Dims x = cpu::dims_of(shape(from)), y = cpu::dims_of(shape(to));
    const int64_t g = op.groups, r = op.filter.h, s = op.filter.w;
    const Dims w = g == 1 ? Dims{op.k, x[1], r, s} : Dims{g, op.k / g, x[1] / g, r, s};
    const Md bias = op.bias.empty() ? Md() : cpu::plain_md(Dims{op.k});
    add(cpu::make_convolution(engine, op, cpu::any_md(x), cpu::any_md(w), bias, cpu::any_md(y)), from, to);
  }

  void add(const Linear& op, size_t from, size_t to) {
    const int64_t n = shape(from)[0], c = shape(from)[1];
    add(cpu::make_inner_product(engine, cpu::plain_md(Dims{n, c}), cpu::any_md({op.k, c}),
                                op.bias.empty() ? Md() : cpu::plain_md(Dims{op.k}),
                                cpu::plain_md(Dims{n, op.k})),
        from, to);
  }

  void add(const Pool2d& op, size_t from, size_t to) {
    using P = dnnl::pooling_forward;
    const Dims stride{op.stride.h, op.stride.w}, filter{op.filter.h, op.filter.w};
    const Dims before{op.pad.top, op.pad.left}, after{op.pad.bottom, op.pad.right};
    const Md src = cpu::md_of(plan.layers()[from].value), dst = cpu::any_md(cpu::dims_of(shape(to)));
    const auto kind = op.kind == Pool2d::Kind::max ? dnnl::algorithm::pooling_max
                                                   : dnnl::algorithm::pooling_avg_exclude_padding;
    constexpr auto kInference = dnnl::prop_kind::forward_inference;
#if DNNL_VERSION_MAJOR >= 3
    const P::primitive_desc pd(engine, kInference, kind, src, dst, stride, filter, {0, 0}, before, after);
#else
    const P::primitive_desc pd(P::desc(kInference, kind, src, dst, stride, filter, before, after), engine);
#endif
    add(Primitive{.primitive = P(pd), .src = pd.src_desc(), .dst = pd.dst_desc()}, from, to);
  }

  void add(const GlobalAveragePool&, size_t from, size_t to) {
    const Shape& x = shape(from);
    add(Pool2d{.kind = Pool2d::Kind::average, .filter = {x[2], x[3]}}, from, to);
  }

  void add(const Input&, size_t, size_t) {}
  void add(const Flatten&, size_t, size_t) {}
  template <class O>
  void add(const O&, size_t, size_t) {
    throw std::runtime_error("bare oneDNN: this operation is not in the networks measured here");
  }

  const Shape& shape(size_t i) const { return plan.layers()[i].value.shape; }

  const Plan& plan;
  int threads;
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  std::unique_ptr<Device> device = make_host_device();
  Buffer arena = device->allocate(plan.arena_bytes());
  std::vector<Execution> executions;
};

BareOnednn::BareOnednn(const Model& optimized, const Plan& plan, int threads)
    : impl_(std::make_unique<Impl>(plan, threads)) {
  omp_set_num_threads(threads);
  for (size_t i = 0; i < optimized.graph.nodes.size(); ++i) {
    const Node& node = optimized.graph.nodes[i];
    const size_t from = node.inputs.empty() ? 0 : static_cast<size_t>(node.inputs[0]);
    std::visit([&](const auto& op) { impl_->add(op, from, i); }, node.op);
  }
}

BareOnednn::~BareOnednn() = default;

size_t BareOnednn::primitives() const { return impl_->executions.size(); }

void BareOnednn::run() const {
  omp_set_num_threads(impl_->threads);
  for (const auto& e : impl_->executions)
    if (dnnl_primitive_execute(e.primitive.get(), impl_->stream.get(), static_cast<int>(e.args.size()),
                               e.args.data()) != dnnl_success)
      throw std::runtime_error("bare oneDNN: a primitive failed");
}

}  // namespace fxe::perf
