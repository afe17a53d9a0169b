// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "kernels/tail/conv_pool_tail.h"
#include "kernels/tail/linear_tail.h"
#include "kernels/tail/pool_tail.h"
#include "layers/cuda/backend.h"
#include "layers/cuda/kernel_weights.h"
#include "layers/cuda/step.h"

// The ends of networks whose kernel can also run the tail.
namespace fxe::cuda {

namespace {

// Convolutions of more images are left to tensor cores, if the precision uses them; fp32 does not.
constexpr int64_t kFewImages = 4;

using Constant = std::shared_ptr<const Buffer>;

// `Args` are the kernel's arguments; bind() fills in the missing ones.
template <class Args>
class KernelHead final : public Head {
 public:
  using Launch = void (*)(Queue&, const Args&, const TailCall&);
  KernelHead(std::string name, Launch launch, Args args)
      : name_(std::move(name)), launch_(launch), args_(args) {}
  KernelHead(std::string name, Launch launch, Args args, Constant weight, Constant bias)
      : name_(std::move(name)),
        launch_(launch),
        args_(args),
        weight_(std::move(weight)),
        bias_(std::move(bias)) {
    args_.weight = weight_->data();
    args_.bias = bias_ ? bias_->template as<float>() : nullptr;
  }
  void bind(const void* x, float* logits) override { args_.x = x, args_.logits = logits; }
  void enqueue(Queue& queue, const TailCall& call) const override { launch_(queue, args_, call); }
  std::string implementation() const override { return name_; }

 private:
  std::string name_;
  Launch launch_;
  Args args_;
  Constant weight_, bias_;
};

class HeadFinder {
 public:
  HeadFinder(CudaBackend& backend, const HeadContext& context) : backend_(backend), context_(context) {}

  PreparedHead find() const {
    const auto& nodes = context_.graph.nodes;
    int i = context_.graph.output;
    if (static_cast<size_t>(i) + 1 != nodes.size()) return {};
    const bool no_tensor_cores = backend_.precision() == Precision::fp32;
    if (const auto* linear = op<Linear>(i); linear && !linear->act) {
      const bool few = input(i).shape.elements() * linear->k <= kFewProducts,
                 would_round = image_of(context_.values[static_cast<size_t>(i)]).dtype != DType::f32;
      if (few || no_tensor_cores || would_round) return {fully_connected(*linear, i), i};
      return {};
    }
    if (op<Flatten>(i) && feeds(i - 1, i)) --i;
    if (!op<GlobalAveragePool>(i)) return {};
    const auto* conv = feeds(i - 1, i) ? op<Conv2d>(i - 1) : nullptr;
    const bool few = input_image(i).n <= kFewImages || no_tensor_cores;
    if (conv && is_product_of_pixels(*conv) && few) return {convolution_and_pool(*conv, i - 1), i - 1};
    return {pool(i), i};
  }

 private:
  template <class Op>
  const Op* op(int i) const {
    return std::get_if<Op>(&context_.graph.nodes[static_cast<size_t>(i)].op);
  }
  // Readers follow a node, so among the last nodes only `to` can read `from`.
  bool feeds(int from, int to) const {
    return from > 0 && context_.graph.nodes[static_cast<size_t>(to)].inputs == std::vector<ValueId>{from};
  }
  static bool is_product_of_pixels(const Conv2d& conv) {
    return conv.filter == Extent2{} && conv.stride == Extent2{} && !conv.pad.any() && conv.groups == 1 &&
           !conv.add_residual;
  }
  const Value& input(int i) const {
    return context_.values[static_cast<size_t>(context_.graph.nodes[static_cast<size_t>(i)].inputs[0])];
  }
  NhwcTensor input_image(int i) const { return image_of(input(i)); }

  Constant stored(const std::string& weight, const WeightForm& form) const {
    return backend_.weights().get(context_.weights.at(weight), form.name, form.convert);
  }
  Constant stored_bias(const std::string& bias, int64_t stored_k) const {
    return bias.empty() ? nullptr : stored(bias, bias_form(bias, DType::f32, stored_k));
  }

  std::unique_ptr<Head> fully_connected(const Linear& linear, int i) const {
    const NhwcTensor x = input_image(i);
    const int64_t stored_k = stored_channels(x.dtype, linear.k);
    LinearHead head;
    head.dtype = x.dtype;
    head.rows = static_cast<int32_t>(x.n);
    head.depth = static_cast<int32_t>(x.h * x.w * x.stored_c);
    return std::make_unique<KernelHead<LinearHead>>("linear_tail", launch_linear_tail, head,
                                                    stored(linear.weight, linear_rows(linear, x, stored_k)),
                                                    stored_bias(linear.bias, stored_k));
  }

  std::unique_ptr<Head> convolution_and_pool(const Conv2d& conv, int i) const {
    const NhwcTensor x = input_image(i);
    const int64_t stored_k = stored_channels(x.dtype, conv.k);
    ConvPoolHead head;
    head.dtype = x.dtype;
    head.f = pointwise_function(conv.act);
    head.rows = static_cast<int32_t>(x.n);
    head.pixels = static_cast<int32_t>(x.h * x.w);
    head.depth = static_cast<int32_t>(x.stored_c);
    return std::make_unique<KernelHead<ConvPoolHead>>(
        "conv_pool_tail", launch_conv_pool_tail, head,
        stored(conv.weight, conv_filters(conv, x.c, x.stored_c, stored_k, x.dtype)),
        stored_bias(conv.bias, stored_k));
  }

  std::unique_ptr<Head> pool(int i) const {
    const NhwcTensor x = input_image(i);
    PoolHead head;
    head.dtype = x.dtype;
    head.rows = static_cast<int32_t>(x.n);
    head.pixels = static_cast<int32_t>(x.h * x.w);
    head.stored_c = static_cast<int32_t>(x.stored_c);
    return std::make_unique<KernelHead<PoolHead>>("pool_tail", launch_pool_tail, head);
  }

  CudaBackend& backend_;
  const HeadContext& context_;
};

}  // namespace

PreparedHead CudaBackend::prepare_head(const HeadContext& context) {
  return HeadFinder(*this, context).find();
}

}  // namespace fxe::cuda
