// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "layers/backend.h"
#include "layers/graph.h"
#include "layers/plan_observer.h"

namespace fxe {

class Lanes;

// A model compiled for (backend, batch): prepared steps and the memory they share. Made once; running it
// allocates nothing. One at a time may run in an arena; plans that never run at the same time may share one.
class Plan {
 public:
  Plan();
  ~Plan();

  enum class Place { arena, caller_input, caller_output };

  // One per node of the graph, in order. A chain of nodes run as one step (Backend::chain_length) is listed
  // under its last node; the others have no memory, kernels or costs. Unless the last value is written
  // straight to the caller's output, a final entry "output" copies it there.
  struct Layer {
    std::string name;
    Op op;  // of the "output" layer: Activate{}, the identity
    std::string implementation;
    Value value;
    Place place = Place::arena;
    size_t offset_bytes = 0;  // of the value in the arena
    size_t workspace_bytes = 0;
    int64_t multiply_adds = 0;         // for the whole batch
    std::vector<std::string> kernels;  // which `implementation` joins; none where there is nothing to do
    // What it must read and write at the least: inputs, weights, result. 0 where it has no kernel.
    size_t bytes = 0;
  };

  // Addresses, once, before the first enqueue: `arena` of arena_bytes(), `input`, `output` plain fp32 [n
  // classes], all on the backend's device, aligned to kBufferAlignment, owned by the caller, living as long
  // as the plan. `form` says what `input` is: plain fp32 [n c h w], or other. Throws
  // run_time for anything else on a backend that does not read it (Backend::reads_any_input_form).
  void bind(void* arena, const void* input, void* output, InputForm form = {});
  // Another input and output, between runs, for a plan without a head that is bound to plain ones. Allocates
  // nothing.
  void move_to(const void* input, void* output);
  // Runs the whole network: in lanes, where it has them and nobody observes.
  void enqueue(Queue&) const;
  void enqueue_layer(Queue&, size_t i) const;  // one step
  // Who is told of each kernel from now on; nullptr: nobody. Must outlive what is enqueued.
  void observe(PlanObserver* observer) { observer_ = observer; }

  // Layers before head_begin(), then a kernel that does what is left of the network and runs the tail on it.
  // Only where the backend has such a kernel: head() is what it is called, or empty.
  void enqueue_with_tail(Queue&, const TailCall&) const;
  std::string head() const { return head_ ? head_->implementation() : ""; }
  size_t head_begin() const { return head_begin_; }

  size_t lanes() const;  // that share the batch out (lanes.h); 0: none
  int64_t batch() const { return batch_; }
  int64_t classes() const { return classes_; }
  int64_t input_elements() const { return input_elements_; }  // of one image
  size_t arena_bytes() const { return arena_bytes_; }
  const std::vector<Layer>& layers() const { return layers_; }
  const void* address(size_t i) const;  // of the value of layers()[i], after bind()
  void describe(std::ostream&) const;   // a table: layer, shape, implementation, offset, bytes, multiply-adds

 private:
  friend class PlanCompiler;
  static constexpr int kCallerInput = -1;
  // A step that reads or writes the caller's memory.
  struct Outer {
    size_t step;
    Binding binding;
  };
  void find_addresses(size_t step, Binding&) const;

  int64_t batch_ = 0, classes_ = 0, input_elements_ = 0;
  bool any_input_form_ = false;
  size_t arena_bytes_ = 0;
  std::vector<Layer> layers_;
  std::vector<std::unique_ptr<Step>> steps_;  // of layers_[i]
  std::vector<std::vector<int>> inputs_;      // layer indices, or kCallerInput
  std::vector<size_t> workspace_offsets_bytes_;
  std::unique_ptr<Head> head_;
  size_t head_begin_ = 0;
  int head_input_ = 0;  // layer index

  std::unique_ptr<Lanes> lanes_;  // beside the steps for the whole batch, which observers see

  std::byte* arena_ = nullptr;
  void* input_ = nullptr;  // never written to
  void* output_ = nullptr;
  std::vector<Outer> outer_;
  PlanObserver* observer_ = nullptr;
};

struct CompileOptions {
  // No sharing, no lanes, no chains: after a run every value can still be read (fxe check).
  bool keep_values = false;
  bool chains = true;  // Backend::chain_length()
};

// `model` is compiled as it is: call optimize() first where its work is wanted. The backend must outlive the
// plan. Throws bad_input naming a layer the backend cannot do.
std::unique_ptr<Plan> compile(const Model& model, Backend& backend, int64_t batch,
                              const CompileOptions& = {});

}  // namespace fxe
