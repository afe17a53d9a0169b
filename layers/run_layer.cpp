// SPDX-License-Identifier: Apache-2.0
#include "layers/run_layer.h"

#include "engine/dtype.h"
#include "engine/error.h"

namespace fxe {

namespace {

// A value in device memory, and the step and buffers that made it.
struct Made {
  Value value;
  void* data = nullptr;
  std::vector<Buffer> buffers;
  std::unique_ptr<Step> step;
  std::string implementation;
};

class Runner {
 public:
  Runner(Backend& backend, const std::string& layer, const TensorMap& weights)
      : backend_(backend), layer_(layer), weights_(weights), queue_(backend.device().make_queue()) {}

  Made upload(const Shape& shape, const std::vector<float>& data, bool after_convolution) {
    if (static_cast<size_t>(shape.elements()) != data.size() || (shape.rank() != 2 && shape.rank() != 4))
      throw run_time_error("{}: an input of shape {} was given {} values", layer_, shape.str(), data.size());
    Made plain;
    plain.value = Value::plain(shape.rank() == 4 ? shape : Shape{shape[0], shape[1], 1, 1});
    plain.buffers.push_back(backend_.device().allocate(plain.value.bytes));
    plain.data = plain.buffers[0].data();
    queue_->copy(plain.data, data.data(), plain.value.bytes);
    const Shape& image = plain.value.shape;
    Made made = run(Input{image[1], image[2], image[3]}, image, plain);
    made.buffers.push_back(std::move(plain.buffers[0]));  // the value may be the caller's tensor itself
    if (shape.rank() == 2) return run(Flatten{}, shape, made);
    if (!after_convolution) return made;
    const auto c = static_cast<size_t>(shape[1]);
    std::vector<float> identity(c * c);
    for (size_t i = 0; i < c; ++i) identity[i * c + i] = 1;
    const TensorMap weights{
        {"identity", Tensor::from_floats({shape[1], shape[1], 1, 1}, std::move(identity))}};
    return run(Conv2d{.k = shape[1], .weight = "identity"}, shape, made, &weights);
  }

  Made run(const Op& op, const Shape& output, const Made& input, const TensorMap* weights = nullptr) {
    return run(op, output, std::vector<const Made*>{&input}, false, weights);
  }

  Made run(const Op& op, const Shape& output, const std::vector<const Made*>& inputs, bool inputs_die,
           const TensorMap* weights = nullptr) {
    std::vector<Value> values;
    Binding binding;
    for (const Made* input : inputs) {
      values.push_back(input->value);
      binding.inputs.push_back(input->data);
    }
    const OpContext context{layer_, values, output, weights ? *weights : weights_,
                            std::vector<bool>(inputs.size(), inputs_die)};
    Prepared prepared = backend_.prepare(op, context);
    Made made;
    made.value = prepared.output;
    if (prepared.in_place >= 0) {
      made.data = binding.inputs.at(static_cast<size_t>(prepared.in_place));
    } else {
      made.buffers.push_back(backend_.device().allocate(prepared.output.bytes));
      made.data = made.buffers.back().data();
    }
    if (prepared.workspace_bytes) {
      made.buffers.push_back(backend_.device().allocate(prepared.workspace_bytes));
      binding.workspace = made.buffers.back().data();
    }
    binding.output = made.data;
    prepared.step->bind(binding);
    prepared.step->enqueue(*queue_);
    queue_->wait();  // before buffers of earlier values are freed
    made.implementation = prepared.step->implementation();
    made.step = std::move(prepared.step);
    return made;
  }

  std::vector<float> read(const Made& made) { return backend_.read(*queue_, made.value, made.data); }

 private:
  Backend& backend_;
  const std::string& layer_;
  const TensorMap& weights_;
  std::unique_ptr<Queue> queue_;
};

}  // namespace

std::vector<float> as_stored(std::vector<float> values, Precision precision) {
  for (float& v : values) {
    if (precision == Precision::fp16) v = half_to_float(float_to_half(v));
    if (precision == Precision::bf16) v = bfloat16_to_float(float_to_bfloat16(v));
  }
  return values;
}

LayerRun run_layer(Backend& backend, const std::string& layer, const Op& op, const std::vector<Shape>& shapes,
                   const std::vector<std::vector<float>>& inputs, const TensorMap& weights,
                   const RunLayerOptions& options) {
  Runner runner(backend, layer, weights);
  std::vector<Made> made;
  for (size_t i = 0; i < inputs.size(); ++i)
    made.push_back(
        runner.upload(shapes.at(i), inputs[i], options.after_convolution && shapes[i].rank() == 4));
  std::vector<const Made*> pointers;
  for (const Made& m : made) pointers.push_back(&m);
  const Made y = runner.run(op, output_shape(op, shapes), pointers, options.inputs_die);
  return {runner.read(y), y.implementation};
}

}  // namespace fxe
