// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "layers/backend.h"
#include "layers/reference/ops.h"

namespace fxe {

namespace {

template <class O>
class ReferenceStep final : public Step {
 public:
  ReferenceStep(const O& op, const OpContext& context) : op_(op) {
    for (const Value& value : context.inputs) args_.shapes.push_back(value.shape);
    args_.output_shape = context.output;
    if constexpr (!std::is_same_v<O, Input>)
      weights_ = reference::load_weights(op, args_.shapes, context.weights);
    for (const auto& weight : weights_) args_.weights.push_back(weight.data());
  }

  void bind(const Binding& binding) override {
    args_.inputs.assign(binding.inputs.size(), nullptr);
    std::transform(binding.inputs.begin(), binding.inputs.end(), args_.inputs.begin(),
                   [](const void* data) { return static_cast<const float*>(data); });
    args_.output = static_cast<float*>(binding.output);
    args_.scratch = static_cast<double*>(binding.workspace);
  }

  void enqueue(Queue&) const override { reference::run(op_, args_); }
  std::string implementation() const override { return "plain loops"; }

 private:
  O op_;
  std::vector<std::vector<float>> weights_;
  reference::Args<float> args_;
};

// The first dying input that `op` may overwrite with its output; -1 if there is none.
template <class O>
int dying_input(const O& op, const OpContext& context) {
  if constexpr (std::is_same_v<O, Activate> || std::is_same_v<O, Add> || std::is_same_v<O, Flatten> ||
                std::is_same_v<O, BatchNorm> || std::is_same_v<O, Scale> || std::is_same_v<O, PRelu>) {
    const auto dying = std::find(context.dies.begin(), context.dies.end(), true);
    return dying == context.dies.end() ? -1 : static_cast<int>(dying - context.dies.begin());
  } else if constexpr (std::is_same_v<O, Conv2d>) {
    return op.add_residual && context.dies[1] ? 1 : -1;
  } else if constexpr (std::is_same_v<O, ChannelGate>) {
    return context.dies[0] ? 0 : -1;
  }
  return -1;
}

class ReferenceBackend final : public Backend {
 public:
  std::string name() const override { return "reference"; }
  Device& device() override { return *device_; }
  Precision precision() const override { return Precision::fp32; }

  Prepared prepare(const Op& op, const OpContext& context) override {
    return std::visit([&](const auto& o) { return step(o, context); }, op);
  }
  Prepared prepare_output(const OpContext& context) override { return step(Activate{}, context); }

  std::vector<float> read(Queue& queue, const Value& value, const void* data) override {
    std::vector<float> values(static_cast<size_t>(value.shape.elements()));
    queue.copy(values.data(), data, values.size() * sizeof(float));
    queue.wait();
    return values;
  }

 private:
  template <class O>
  Prepared step(const O& op, const OpContext& context) {
    return {.step = std::make_unique<ReferenceStep<O>>(op, context),
            .output = Value::plain(context.output),
            .workspace_bytes = reference::scratch_elements(op, context.output) * sizeof(double),
            .in_place = dying_input(op, context)};
  }

  std::unique_ptr<Device> device_ = make_host_device();
};

}  // namespace

std::unique_ptr<Backend> make_reference_backend() { return std::make_unique<ReferenceBackend>(); }

}  // namespace fxe
