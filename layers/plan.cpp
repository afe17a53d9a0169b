// SPDX-License-Identifier: Apache-2.0
#include "layers/plan.h"

#include <algorithm>
#include <ostream>

#include "engine/error.h"
#include "layers/thread_plans.h"

namespace fxe {

Plan::Plan() = default;
Plan::~Plan() = default;

size_t Plan::thread_plans() const { return thread_plans_ ? thread_plans_->count() : 0; }

void Plan::bind(void* arena, const void* input, void* output, InputForm form) {
  if (!form.plain() && !any_input_form_)
    throw run_time_error(
        "plan: this backend takes plain fp32 images in order, and can neither pick nor convert them");
  arena_ = static_cast<std::byte*>(arena);
  input_ =
      const_cast<void*>(input);  // Binding has one kind of pointer; no step may write to the caller's input
  output_ = output;
  outer_.clear();
  for (size_t i = 0; i < steps_.size(); ++i) {
    Binding binding;
    binding.inputs.resize(inputs_[i].size());
    find_addresses(i, binding);
    if (i == 0) binding.form = form;
    if (layers_[i].workspace_bytes) binding.workspace = arena_ + workspace_offsets_bytes_[i];
    steps_[i]->bind(binding);
    const auto outer = [this](int layer) {
      return layer == kCallerInput || layers_[static_cast<size_t>(layer)].place != Place::arena;
    };
    if (std::ranges::any_of(inputs_[i], outer) || outer(static_cast<int>(i)))
      outer_.push_back({i, std::move(binding)});
  }
  if (head_)
    head_->bind(const_cast<void*>(address(static_cast<size_t>(head_input_))), static_cast<float*>(output));
  if (thread_plans_)
    thread_plans_->bind(arena_, static_cast<const float*>(input), static_cast<float*>(output));
}

void Plan::rebind(const void* input, void* output) {
  if (input == input_ && output == output_) return;
  if (head_) throw run_time_error("plan: one with a head cannot be moved");
  input_ = const_cast<void*>(input);
  output_ = output;
  for (Outer& outer : outer_) {
    find_addresses(outer.step, outer.binding);
    steps_[outer.step]->bind(outer.binding);
  }
  if (thread_plans_) thread_plans_->rebind(static_cast<const float*>(input), static_cast<float*>(output));
}

void Plan::find_addresses(size_t step, Binding& binding) const {
  for (size_t i = 0; i < inputs_[step].size(); ++i) {
    const int from = inputs_[step][i];
    binding.inputs[i] = from == kCallerInput ? input_ : const_cast<void*>(address(static_cast<size_t>(from)));
  }
  binding.output = const_cast<void*>(address(step));
}

const void* Plan::address(size_t i) const {
  const Layer& layer = layers_.at(i);
  switch (layer.place) {
    case Place::caller_input:
      return input_;
    case Place::caller_output:
      return output_;
    case Place::arena:
      break;
  }
  return arena_ + layer.offset_bytes;
}

void Plan::enqueue(Queue& queue) const {
  if (thread_plans_ && !observer_) return thread_plans_->enqueue(queue);
  for (size_t i = 0; i < steps_.size(); ++i) enqueue_layer(queue, i);
}

void Plan::enqueue_layer(Queue& queue, size_t i) const {
  if (!observer_) return steps_.at(i)->enqueue(queue);
  for (size_t kernel = 0; kernel < layers_.at(i).kernels.size(); ++kernel) {
    observer_->begin(queue, *this, i, kernel);
    steps_[i]->enqueue_kernel(queue, kernel);
    observer_->end(queue, *this, i, kernel);
  }
}

// The observer sees the head as the first kernel of the layer it begins with.
void Plan::enqueue_with_tail(Queue& queue, const TailCall& call) const {
  for (size_t i = 0; i < head_begin_; ++i) enqueue_layer(queue, i);
  if (observer_) observer_->begin(queue, *this, head_begin_, 0);
  head_->enqueue(queue, call);
  if (observer_) observer_->end(queue, *this, head_begin_, 0);
}

void Plan::describe(std::ostream& out) const {
  const auto line = [&](const auto&... cells) {
    out << fmt::format("{:<32} {:<20} {:<28} {:>12} {:>12} {:>12} {:>14}\n", cells...);
  };
  line("layer", "shape", "implementation", "offset", "bytes", "workspace", "multiply-adds");
  int64_t macs = 0;
  size_t sum_bytes = 0;
  for (const Layer& layer : layers_) {
    const std::string where = layer.place == Place::arena          ? fmt::format("{}", layer.offset_bytes)
                              : layer.place == Place::caller_input ? "(input)"
                                                                   : "(output)";
    line(layer.name, layer.value.shape.str(), layer.implementation, where, layer.value.bytes,
         layer.workspace_bytes, layer.multiply_adds);
    macs += layer.multiply_adds;
    sum_bytes += layer.value.bytes + layer.workspace_bytes;
  }
  out << fmt::format(
      "batch {}: {} steps, {} multiply-adds, arena of {} bytes for {} bytes of values and workspaces\n",
      batch_, steps_.size(), macs, arena_bytes_, sum_bytes);
}

}  // namespace fxe
