// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/step.h"

#include <fmt/ranges.h>

#include <cstring>

#include "engine/error.h"
#include "layers/cpu/thread_scope.h"
#include "layers/cpu/weight_cache.h"

namespace fxe::cpu {

namespace {

class CpuStep final : public Step {
 public:
  CpuStep(CpuBackend& backend, std::vector<StepBuilder::Action> actions)
      : backend_(backend), actions_(std::move(actions)) {}

  void bind(const Binding& binding) override {
    for (auto& action : actions_)
      for (size_t i = 0; i < action.operands.size(); ++i) {
        void* const address = find(binding, action.operands[i]);
        if (action.execution)
          action.execution->set_address(i, address);
        else
          action.addresses[i] = static_cast<float*>(address);
      }
  }

  void enqueue(Queue&) const override {
    backend_.workers().pin_caller();
    const ThreadScope threads(backend_.workers());
    for (const auto& action : actions_) run(action);
  }

  void enqueue_kernel(Queue&, size_t i) const override {
    const ThreadScope threads(backend_.workers());
    run(actions_[i]);
  }

  std::vector<std::string> kernels() const override {
    std::vector<std::string> names;
    for (const auto& action : actions_) names.push_back(action.name);
    return names;
  }

  std::string implementation() const override {
    return actions_.empty() ? "nothing to do" : fmt::format("{}", fmt::join(kernels(), " + "));
  }

 private:
  void run(const StepBuilder::Action& action) const {
    if (action.execution)
      action.execution->run(backend_.stream());
    else
      action.loop(action.addresses);
  }

  static void* find(const Binding& binding, const Operand& operand) {
    void* base = nullptr;
    switch (operand.place) {
      case Operand::Place::input:
        base = binding.inputs[operand.index];
        break;
      case Operand::Place::output:
        base = binding.output;
        break;
      case Operand::Place::workspace:
        base = binding.workspace;
        break;
      case Operand::Place::constant:
        base = operand.constant->get_data_handle();
        break;
    }
    return static_cast<std::byte*>(base) + operand.offset_bytes;
  }

  CpuBackend& backend_;
  std::vector<StepBuilder::Action> actions_;
};

}  // namespace

Operand StepBuilder::input(size_t i) const {
  return {.place = Operand::Place::input, .index = i, .md = md_of(context_.inputs[i])};
}

Operand StepBuilder::input_as(size_t i, const Md& md) {
  Operand held = input(i);
  if (same_bytes(held.md, md)) {
    held.md = md;
    return held;
  }
  // A flattened value is reordered as the image it was; its rows are then contiguous.
  const Md wanted = dims_of(held.md) == dims_of(md) ? md : plain_md(dims_of(held.md));
  Operand reordered = workspace(wanted);
  add_reorder(held, reordered);
  reordered.md = md;
  return reordered;
}

Operand StepBuilder::output(const Md& md) {
  output_ = value_of(context_.output, md);
  return {.place = Operand::Place::output, .md = md};
}

Operand StepBuilder::output_in_concat() {
  const Dims dims = dims_of(context_.output);
  if (!context_.part) return output(channels_last_md(dims));
  const Md whole = channels_last_md(dims_of(context_.part->whole));
  in_concat_ = {static_cast<size_t>(context_.part->first_channel) * sizeof(float), whole.get_size()};
  const Operand part = output(Md(dims, dnnl::memory::data_type::f32, blocking_of(whole)->strides));
  output_.bytes = Value::plain(context_.output).bytes;  // without the gaps between its pixels
  return part;
}

Operand StepBuilder::workspace(const Md& md) {
  const size_t offset = workspace_bytes_;
  workspace_bytes_ += (md.get_size() + kBufferAlignment - 1) / kBufferAlignment * kBufferAlignment;
  return {.place = Operand::Place::workspace, .offset_bytes = offset, .md = md};
}

const Tensor& StepBuilder::tensor(const std::string& name) const {
  const auto found = context_.weights.find(name);
  if (found == context_.weights.end())
    throw run_time_error("{}: its weight '{}' is not in the model", context_.layer, name);
  return found->second;
}

Operand StepBuilder::weight(const std::string& name, const Md& from, const Md& to) {
  return {.place = Operand::Place::constant,
          .constant = backend_.weights().get(tensor(name), from, to),
          .md = to};
}

Operand StepBuilder::constant(const std::vector<float>& values) {
  const Md md = plain_md(Dims{static_cast<int64_t>(values.size())});
  auto memory = std::make_shared<dnnl::memory>(md, backend_.engine());
  std::copy(values.begin(), values.end(), static_cast<float*>(memory->get_data_handle()));
  return {.place = Operand::Place::constant, .constant = std::move(memory), .md = md};
}

Operand StepBuilder::channels(const std::string& name, const Blocks& blocks, float otherwise) {
  std::vector<float> values(static_cast<size_t>(blocks.channels), otherwise);
  if (!name.empty()) {
    const auto found = context_.weights.find(name);
    if (found == context_.weights.end() || found->second.shape.elements() != blocks.channels)
      throw run_time_error("{}: its weight '{}' of {} values is not in the model", context_.layer, name,
                           blocks.channels);
    values = found->second.to_float();
  }
  values.resize(static_cast<size_t>(blocks.blocks * blocks.lanes), 0);
  return constant(values);
}

void StepBuilder::add(const Primitive& primitive, const std::vector<std::pair<int, Operand>>& args) {
  Action action;
  std::vector<std::pair<int, dnnl::memory>> memories;
  const auto use = [&](int arg, const Operand& operand) {
    memories.emplace_back(arg, dnnl::memory(operand.md, backend_.engine(), DNNL_MEMORY_NONE));
    action.operands.push_back(operand);
  };
  for (const auto& [arg, operand] : args) use(arg, operand);
  if (primitive.scratchpad.get_size() != 0) use(DNNL_ARG_SCRATCHPAD, workspace(primitive.scratchpad));
  action.execution.emplace(primitive, std::move(memories));
  action.name = primitive.implementation;
  actions_.push_back(std::move(action));
}

void StepBuilder::add(std::string name, Loop loop, std::vector<Operand> operands) {
  Action action;
  action.loop = std::move(loop);
  action.addresses.resize(operands.size());
  action.operands = std::move(operands);
  action.name = std::move(name);
  actions_.push_back(std::move(action));
}

void StepBuilder::add_reorder(const Operand& from, const Operand& to) {
  Primitive reorder = make_reorder(backend_.engine(), from.md, to.md);
  reorder.implementation = "reorder " + reorder.implementation;
  add(reorder, {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
}

void StepBuilder::add_copy(const Operand& from, const Operand& to) {
  add("copy",
      [bytes = from.md.get_size()](std::span<float* const> operands) {
        std::memcpy(operands[1], operands[0], bytes);
      },
      {from, to});
}

Prepared StepBuilder::finish() {
  return {.step = std::make_unique<CpuStep>(backend_, std::move(actions_)),
          .output = output_,
          .in_concat = in_concat_,
          .workspace_bytes = workspace_bytes_,
          .in_place = in_place_};
}

Prepared build_step(CpuBackend& backend, const OpContext& context,
                    const std::function<void(StepBuilder&)>& write) {
  const ThreadScope threads(backend.workers());
  try {
    StepBuilder step(backend, context);
    write(step);
    return step.finish();
  } catch (const dnnl::error& error) {
    throw bad_input("{}: the cpu backend (oneDNN {}.{}) cannot do this layer: {}; try --device reference",
                    context.layer, DNNL_VERSION_MAJOR, DNNL_VERSION_MINOR, error.what());
  }
}

}  // namespace fxe::cpu
