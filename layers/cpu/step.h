// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "layers/cpu/cpu_backend.h"
#include "layers/cpu/layout.h"

namespace fxe::cpu {

// Memory that an action works on. Its address is known when the step is bound.
struct Operand {
  enum class Place { input, output, workspace, constant };
  Place place = Place::input;
  size_t index = 0;  // of the input
  size_t offset_bytes = 0;
  std::shared_ptr<const dnnl::memory> constant;
  Md md;
};

// A loop of our own; gets the addresses of its operands in the order they were added.
using Loop = std::function<void(std::span<float* const>)>;

// Records what a step does: primitives and loops in order, and the memory between them.
class StepBuilder {
 public:
  StepBuilder(CpuBackend& backend, const OpContext& context) : backend_(backend), context_(context) {}

  Operand input(size_t i) const;             // as the plan holds it
  Operand input_as(size_t i, const Md& md);  // reordered into the workspace unless same_bytes
  Operand output(const Md& md);              // called once; decides how the plan holds the result
  // Like output(channels_last_md), but inside the Concat that alone reads it, if there is one.
  Operand output_in_concat();
  Operand workspace(const Md& md);                                        // kept until the step ends
  Operand weight(const std::string& name, const Md& from, const Md& to);  // reordered now, shared by plans
  const Tensor& tensor(const std::string& name) const;                    // of the model
  Operand constant(const std::vector<float>& values);
  // A weight [c] as one number per lane, zero past the last channel. Without a name: `otherwise`.
  Operand channels(const std::string& name, const Blocks& blocks, float otherwise = 0);
  bool dies(size_t i) const { return context_.dies.size() > i && context_.dies[i]; }
  void in_place(size_t i) { in_place_ = static_cast<int>(i); }

  void add(const Primitive&, const std::vector<std::pair<int, Operand>>& args);
  void add(std::string name, Loop loop, std::vector<Operand> operands);
  void add_reorder(const Operand& from, const Operand& to);
  void add_copy(const Operand& from, const Operand& to);  // copies the bytes

  Prepared finish();

  struct Action {
    std::optional<Execution> execution;  // or
    Loop loop;
    std::vector<Operand> operands;
    std::vector<float*> addresses;  // of a loop
    std::string name;
  };

 private:
  CpuBackend& backend_;
  const OpContext& context_;
  std::vector<Action> actions_;
  Value output_;
  std::optional<Prepared::InConcat> in_concat_;
  size_t workspace_bytes_ = 0;
  int in_place_ = -1;
};

// The frame of every prepare(): `write` assembles the step, on the backend's thread count. Operations that
// oneDNN refuses become bad_input naming the layer.
Prepared build_step(CpuBackend& backend, const OpContext& context,
                    const std::function<void(StepBuilder&)>& write);

}  // namespace fxe::cpu
