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

class ThreadPlans;

// A model compiled for (backend, batch): prepared steps and the memory they share. Running it allocates
// nothing. Only one run at a time may use an arena; plans that never run at the same time may share one.
class Plan {
 public:
  Plan();
  ~Plan();

  enum class Place { arena, caller_input, caller_output };

  // One per node of the graph, in order. A chain of nodes run as one step (Chains) is listed
  // under its last node; the others have no memory, kernels or costs. Unless the last value is written
  // straight to the caller's output, a final entry "output" copies it there.
  struct Layer {
    std::string name;
    Op op;  // Activate{}, the identity, for the "output" layer
    std::string implementation;
    Value value;
    Place place = Place::arena;
    size_t offset_bytes = 0;  // of the value in the arena
    size_t workspace_bytes = 0;
    int64_t multiply_adds = 0;         // for the whole batch
    std::vector<std::string> kernels;  // joined by `implementation`; none if there is nothing to do
    // The least it must read and write: inputs, weights, result. 0 if it has no kernel.
    size_t bytes = 0;
  };

  // Sets addresses, once, before the first enqueue: `arena` of arena_bytes(), `input`, and `output`, plain
  // fp32 [n classes]. All are on the backend's device, aligned to kBufferAlignment, owned by the caller, and
  // live as long as the plan. `form` says what `input` is; the default is plain fp32 [n c h w]. Throws
  // run_time for a form that the backend does not read (Prepared::any_input_form).
  void bind(void* arena, const void* input, void* output, InputForm form = {});
  // Changes input and output between runs, for a plan without a head that is bound to plain ones.
  // Allocates nothing.
  void rebind(const void* input, void* output);
  // Runs the whole network; by per-thread plans if it has them and no observer is set.
  void enqueue(Queue&) const;
  void enqueue_layer(Queue&, size_t i) const;  // one step
  // Reports each kernel from now on to `observer`; nullptr stops. It must outlive what is enqueued.
  void observe(PlanObserver* observer) { observer_ = observer; }

  // Runs the layers before head_begin(), then one kernel that computes the rest of the network and the tail.
  // Only if the backend has such a kernel; head() is its name, or empty.
  void enqueue_with_tail(Queue&, const TailCall&) const;
  std::string head() const { return head_ ? head_->implementation() : ""; }
  size_t head_begin() const { return head_begin_; }

  size_t thread_plans() const;  // that share the batch (thread_plans.h); 0 if none
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

  std::unique_ptr<ThreadPlans> thread_plans_;  // beside the steps for the whole batch, which observers see

  std::byte* arena_ = nullptr;
  void* input_ = nullptr;  // never written to
  void* output_ = nullptr;
  std::vector<Outer> outer_;
  PlanObserver* observer_ = nullptr;
};

struct CompileOptions {
  // No sharing, no per-thread plans, no chains: every value can still be read after a run (fxe check).
  bool keep_values = false;
  bool chains = true;  // Backend::chains()
};

// Compiles `model` unchanged: call optimize() first if wanted. The backend must outlive the plan. Throws
// bad_input naming a layer that the backend cannot run.
std::unique_ptr<Plan> compile(const Model& model, Backend& backend, int64_t batch,
                              const CompileOptions& = {});

}  // namespace fxe
