// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "kernels/pointwise_function.h"
#include "layers/cuda/backend.h"

namespace fxe::cuda {

// Memory an action works on. Which address it is, is known when the step is bound.
struct Operand {
  enum class Place { none, input, output, workspace, constant, rows, row_count, first_image, pixel_values };
  Place place = Place::none;  // none: nullptr
  size_t index = 0;           // of the input
  size_t offset_bytes = 0;    // in the workspace
  std::shared_ptr<const Buffer> constant;
  NhwcTensor image;  // how it is laid out, without data; of weights not set
};

// Launches a kernel of ours on the addresses of its operands, in the order in which they were added.
using Launch = std::function<void(Queue&, std::span<void* const>)>;

// y = act(x * scale + shift + other), of which scale, shift and other may be no operands.
struct PointwiseParts {
  Operand scale, shift, other;
  Activation act;
};

// Writes down what a step does, one kernel after the other, and the memory between them.
class StepBuilder {
 public:
  StepBuilder(CudaBackend& backend, const OpContext& context) : backend_(backend), context_(context) {}

  Operand input(size_t i) const;    // as it is kept
  Operand ordered_input(size_t i);  // in the order of its shape: flattened images are put in order first
  Operand output();                 // once: of the operation's shape, as the backend stores it
  Operand output_as(const NhwcTensor& image);  // once
  Operand plain_output();                      // once: fp32, row-major
  Operand workspace(const NhwcTensor& image);  // kept until the step ends
  Operand workspace(size_t bytes);             // no operand for 0 bytes
  Operand weight(const std::string& name, const std::string& form, const WeightStore::Convert& convert);
  Operand constant(const std::vector<float>& values);  // fp32
  // A weight of one number per channel of `image`, fp32 with zeros after it; no operand without a name.
  Operand per_channel(const std::string& name, const NhwcTensor& image);
  bool dies(size_t i) const { return context_.dies.size() > i && context_.dies[i]; }
  void in_place(size_t i) { in_place_ = static_cast<int>(i); }
  // The output takes over the memory of one of the first inputs, `operands`, that nobody reads after it. An
  // input that had to be put in order is in the workspace, and its own memory may hold more or fewer bytes.
  void take_over(const std::vector<Operand>& operands);

  void add(std::string name, Launch launch, std::vector<Operand> operands);
  void add(std::shared_ptr<const CudnnPlan> plan, const std::map<int64_t, Operand>& tensors);
  void add_pointwise(const Operand& x, const PointwiseParts&, const Operand& y);

  Prepared finish();

  struct Action {
    Launch launch;                          // or
    std::shared_ptr<const CudnnPlan> plan;  // with
    std::vector<int64_t> ids;               // of the operands; the last operand is then the workspace
    std::vector<Operand> operands;
    std::vector<void*> addresses;             // of a launch
    std::optional<CudnnExecution> execution;  // of a plan
    std::string name;
  };

 private:
  size_t reserve(size_t bytes);

  CudaBackend& backend_;
  const OpContext& context_;
  std::vector<Action> actions_;
  Value output_;
  size_t workspace_bytes_ = 0;
  int in_place_ = -1;
};

PointwiseFunction pointwise_function(const Activation& act);

// What every prepare() is: `write` puts the step together. An error that names no layer gets its name.
Prepared build_step(CudaBackend& backend, const OpContext& context,
                    const std::function<void(StepBuilder&)>& write);

}  // namespace fxe::cuda
