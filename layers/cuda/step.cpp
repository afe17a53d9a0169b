// SPDX-License-Identifier: Apache-2.0
#include "layers/cuda/step.h"

#include <fmt/ranges.h>

#include "engine/cuda/cuda_device.h"
#include "engine/error.h"
#include "kernels/nhwc/layout.h"
#include "kernels/nhwc/pointwise.h"
#include "layers/cuda/weight_forms.h"

namespace fxe::cuda {

namespace {

void* address_of(const Binding& binding, const Operand& operand) {
  switch (operand.place) {
    case Operand::Place::none:
      break;
    case Operand::Place::input:
      return binding.inputs[operand.index];
    case Operand::Place::output:
      return binding.output;
    case Operand::Place::workspace:
      return static_cast<std::byte*>(binding.workspace) + operand.offset_bytes;
    case Operand::Place::constant:
      return operand.constant->data();
    case Operand::Place::rows:
      return const_cast<int32_t*>(binding.form.image);
    case Operand::Place::row_count:
      return const_cast<int32_t*>(binding.form.count);
    case Operand::Place::first_image:
      return const_cast<int32_t*>(binding.form.first);
    case Operand::Place::pixel_values:
      return const_cast<float*>(binding.form.pixel_values);
  }
  return nullptr;
}

class CudaStep final : public Step {
 public:
  CudaStep(cudnnHandle_t handle, std::vector<StepBuilder::Action> actions)
      : handle_(handle), actions_(std::move(actions)) {}

  void bind(const Binding& binding) override {
    for (auto& action : actions_) {
      action.addresses.clear();
      for (const Operand& operand : action.operands) action.addresses.push_back(address_of(binding, operand));
      if (!action.plan) continue;
      std::map<int64_t, void*> tensors;
      for (size_t i = 0; i < action.ids.size(); ++i) tensors[action.ids[i]] = action.addresses[i];
      action.execution.emplace(action.plan, tensors, action.addresses.back());
    }
  }

  void enqueue(Queue& queue) const override {
    for (const auto& action : actions_) run(action, queue);
  }

  void enqueue_kernel(Queue& queue, size_t i) const override { run(actions_[i], queue); }

  std::vector<std::string> kernels() const override {
    std::vector<std::string> names;
    for (const auto& action : actions_) names.push_back(action.name);
    return names;
  }

  std::string implementation() const override {
    return actions_.empty() ? "nothing to do" : fmt::format("{}", fmt::join(kernels(), " + "));
  }

 private:
  void run(const StepBuilder::Action& action, Queue& queue) const {
    if (!action.execution) return action.launch(queue, action.addresses);
    auto& cuda = static_cast<CudaQueue&>(queue);
    if (cuda.recorder())
      cuda.recorder()->add(Recorder::Kind::launch, action.name);
    else
      action.execution->enqueue(handle_, cuda.stream());
  }

  cudnnHandle_t handle_;
  std::vector<StepBuilder::Action> actions_;
};

}  // namespace

Operand StepBuilder::input(size_t i) const {
  return {.place = Operand::Place::input, .index = i, .image = image_of(context_.inputs[i])};
}

Operand StepBuilder::ordered_input(size_t i) {
  const Operand held = input(i);
  const Shape& shape = context_.inputs[i].shape;
  if (in_order(shape, held.image)) return held;
  const Operand rows = workspace(image_of(shape, held.image.dtype));
  add("nhwc_flatten",
      [x = held.image, y = rows.image](Queue& queue, std::span<void* const> a) {
        launch_nhwc_flatten(queue, at(x, a[0]), at(y, a[1]));
      },
      {held, rows});
  return rows;
}

Operand StepBuilder::output() { return output_as(image_of(context_.output, backend_.dtype())); }

Operand StepBuilder::output_as(const NhwcTensor& image) {
  output_ = value_of(context_.output, image);
  return {.place = Operand::Place::output, .image = image};
}

Operand StepBuilder::plain_output() {
  output_ = Value::plain(context_.output);
  return {.place = Operand::Place::output};
}

size_t StepBuilder::reserve(size_t bytes) {
  const size_t offset = workspace_bytes_;
  workspace_bytes_ += (bytes + kBufferAlignment - 1) / kBufferAlignment * kBufferAlignment;
  return offset;
}

Operand StepBuilder::workspace(const NhwcTensor& image) {
  return {.place = Operand::Place::workspace, .offset_bytes = reserve(size_bytes(image)), .image = image};
}

Operand StepBuilder::workspace(size_t bytes) {
  if (bytes == 0) return {};
  return {.place = Operand::Place::workspace, .offset_bytes = reserve(bytes)};
}

Operand StepBuilder::weight(const std::string& name, const std::string& form,
                            const WeightStore::Convert& convert) {
  const auto found = context_.weights.find(name);
  if (found == context_.weights.end())
    throw run_time_error("{}: its weight '{}' is not in the model", context_.layer, name);
  return {.place = Operand::Place::constant,
          .constant = backend_.weights().get(found->second, form, convert)};
}

Operand StepBuilder::constant(const std::vector<float>& values) {
  const auto* bytes = reinterpret_cast<const std::byte*>(values.data());
  return {.place = Operand::Place::constant,
          .constant = backend_.weights().upload({bytes, bytes + values.size() * sizeof(float)})};
}

Operand StepBuilder::per_channel(const std::string& name, const NhwcTensor& image) {
  if (name.empty()) return {};
  return weight(name, "per channel", [&](const std::vector<float>& values) {
    return to_bytes(padded(values, image.stored_c), DType::f32, name);
  });
}

void StepBuilder::take_over(const std::vector<Operand>& operands) {
  for (size_t i = 0; i < operands.size(); ++i)
    if (dies(i) && operands[i].place == Operand::Place::input) return in_place(i);
}

void StepBuilder::add(std::string name, Launch launch, std::vector<Operand> operands) {
  Action action;
  action.launch = std::move(launch);
  action.operands = std::move(operands);
  action.name = std::move(name);
  actions_.push_back(std::move(action));
}

void StepBuilder::add(std::shared_ptr<const CudnnPlan> plan, const std::map<int64_t, Operand>& tensors) {
  Action action;
  for (const auto& [id, operand] : tensors) {
    action.ids.push_back(id);
    action.operands.push_back(operand);
  }
  action.operands.push_back(workspace(plan->workspace_bytes()));
  action.name = fmt::format("cudnn engine {}", plan->engine());
  action.plan = std::move(plan);
  actions_.push_back(std::move(action));
}

void StepBuilder::add_pointwise(const Operand& x, const PointwiseParts& parts, const Operand& y) {
  add("nhwc_pointwise",
      [x_image = x.image, y_image = y.image, f = pointwise_function(parts.act)](Queue& queue,
                                                                                std::span<void* const> a) {
        launch_nhwc_pointwise(queue, at(x_image, a[0]), static_cast<const float*>(a[1]),
                              static_cast<const float*>(a[2]), at(y_image, a[3]), f, at(y_image, a[4]));
      },
      {x, parts.scale, parts.shift, parts.other, y});
}

Prepared StepBuilder::finish() {
  return {.step = std::make_unique<CudaStep>(backend_.handle(), std::move(actions_)),
          .output = output_,
          .workspace_bytes = workspace_bytes_,
          .in_place = in_place_,
          .weight_element_bytes = size_bytes(backend_.dtype())};
}

PointwiseFunction pointwise_function(const Activation& act) {
  using Kind = PointwiseFunction::Kind;
  PointwiseFunction f{.slope = act.slope, .offset = act.offset, .low = act.low, .high = act.high};
  switch (act.kind) {
    case Activation::Kind::none:
      f.kind = Kind::none;
      break;
    case Activation::Kind::relu:
      f.kind = Kind::relu;
      break;
    case Activation::Kind::leaky_relu:
      f.kind = Kind::leaky_relu;
      break;
    case Activation::Kind::clip:
      f.kind = Kind::clip;
      break;
    case Activation::Kind::sigmoid:
      f.kind = Kind::sigmoid;
      break;
    case Activation::Kind::hard_sigmoid:
      f.kind = Kind::hard_sigmoid;
      break;
    case Activation::Kind::hard_swish:
      f.kind = Kind::hard_swish;
      break;
    case Activation::Kind::silu:
      f.kind = Kind::silu;
      break;
    case Activation::Kind::gelu:
      f.kind = Kind::gelu;
      break;
    case Activation::Kind::gelu_tanh:
      f.kind = Kind::gelu_tanh;
      break;
  }
  return f;
}

Prepared build_step(CudaBackend& backend, const OpContext& context,
                    const std::function<void(StepBuilder&)>& write) {
  try {
    StepBuilder step(backend, context);
    write(step);
    return step.finish();
  } catch (const Error& error) {
    if (std::string(error.what()).starts_with(context.layer)) throw;
    throw Error(error.kind(), fmt::format("{}: {}", context.layer, error.what()));
  }
}

}  // namespace fxe::cuda
