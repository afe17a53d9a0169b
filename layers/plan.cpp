// SPDX-License-Identifier: Apache-2.0
#include "layers/plan.h"

#include <ostream>

#include "engine/error.h"

namespace fxe {

void Plan::bind(void* arena, const void* input, void* output, InputForm form) {
  if (!form.plain() && !any_input_form_)
    throw run_time_error(
        "plan: this backend takes plain fp32 images in order, and can neither pick nor convert them");
  arena_ = static_cast<std::byte*>(arena);
  input_ =
      const_cast<void*>(input);  // Binding has one kind of pointer; no step may write to the caller's input
  output_ = output;
  const auto data = [&](size_t i) { return const_cast<void*>(address(i)); };
  for (size_t i = 0; i < steps_.size(); ++i) {
    Binding binding;
    for (const int j : inputs_[i])
      binding.inputs.push_back(j == kCallerInput ? input_ : data(static_cast<size_t>(j)));
    binding.output = data(i);
    if (i == 0) binding.form = form;
    if (layers_[i].workspace_bytes) binding.workspace = arena_ + workspace_offsets_bytes_[i];
    steps_[i]->bind(binding);
  }
  if (head_) head_->bind(data(static_cast<size_t>(head_input_)), static_cast<float*>(output));
  for (const Lane& lane : lanes_)
    lane.plan->bind(arena_ + lane.arena_offset_bytes,
                    static_cast<const float*>(input) + lane.first * input_elements_,
                    static_cast<float*>(output) + lane.first * classes_);
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
  if (!lanes_.empty() && !observer_)
    return backend_->run_lanes([this, &queue](size_t lane) { lanes_[lane].plan->enqueue(queue); });
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

// The observer sees the head as the first kernel of the layer that it begins with.
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
