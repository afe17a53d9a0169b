// SPDX-License-Identifier: Apache-2.0
#include "engine/error.h"
#include "kernels/linear_tail.h"
#include "layers/cuda/backend.h"
#include "layers/cuda/linear_weights.h"

namespace fxe::cuda {

namespace {

class FullyConnectedHead final : public Head {
 public:
  FullyConnectedHead(LinearHead head, std::shared_ptr<const Buffer> weight,
                     std::shared_ptr<const Buffer> bias)
      : head_(head), weight_(std::move(weight)), bias_(std::move(bias)) {
    head_.weight = weight_->data();
    head_.bias = bias_ ? bias_->as<float>() : nullptr;
  }
  void bind(const void* x, float* logits) override { head_.x = x, head_.logits = logits; }
  void enqueue(Queue& queue, const TailCall& call) const override { launch_linear_tail(queue, head_, call); }
  std::string implementation() const override { return "linear_tail"; }

 private:
  LinearHead head_;
  std::shared_ptr<const Buffer> weight_, bias_;
};

std::shared_ptr<const Buffer> stored(CudaBackend& backend, const HeadContext& context,
                                     const std::string& weight, const WeightForm& form) {
  return backend.weights().get(context.weights.at(weight), form.name, form.convert);
}

std::unique_ptr<Head> fully_connected(CudaBackend& backend, const HeadContext& context, const Linear& op,
                                      const Value& input) {
  const NhwcTensor x = image_of(input);
  const int64_t stored_k = stored_channels(x.dtype, op.k);
  const LinearHead head{.dtype = x.dtype,
                        .rows = static_cast<int32_t>(x.n),
                        .depth = static_cast<int32_t>(x.h * x.w * x.stored_c)};
  return std::make_unique<FullyConnectedHead>(
      head, stored(backend, context, op.weight, linear_rows(op, x, stored_k)),
      op.bias.empty() ? nullptr
                      : stored(backend, context, op.bias, bias_form(op.bias, DType::f32, stored_k)));
}

}  // namespace

PreparedHead CudaBackend::prepare_head(const HeadContext& context) {
  const int last = context.graph.output;
  const Node& node = context.graph.nodes[static_cast<size_t>(last)];
  if (static_cast<size_t>(last) + 1 != context.graph.nodes.size()) return {};
  if (const auto* linear = std::get_if<Linear>(&node.op); linear && !linear->act)
    return {fully_connected(*this, context, *linear, context.values[static_cast<size_t>(node.inputs[0])]),
            last};
  return {};
}

}  // namespace fxe::cuda
