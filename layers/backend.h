// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/device.h"
#include "layers/capabilities.h"
#include "layers/graph.h"
#include "layers/head.h"
#include "layers/input_form.h"

namespace fxe {

enum class Precision { fp32, tf32, fp16, bf16 };
std::string_view name(Precision);
Precision parse_precision(std::string_view);  // throws bad_input listing the names

// How a backend keeps a value in memory: blocked, NHWC, half precision, ... Only the backend that made it
// looks inside.
struct Layout {
  virtual ~Layout() = default;
};

// A value as a plan holds it. No layout: plain fp32, row-major [n c h w].
struct Value {
  Shape shape;
  size_t bytes = 0;
  std::shared_ptr<const Layout> layout;

  static Value plain(const Shape& shape);
};

// Addresses a step works on, fixed for the life of the plan. Aligned to kBufferAlignment.
struct Binding {
  std::vector<void*> inputs;
  void* output = nullptr;     // may equal inputs[i] if Prepared::in_place == i
  void* workspace = nullptr;  // of Prepared::workspace_bytes; contents do not survive the step
  InputForm form;             // of the caller's input; only for the Input step
};

// One operation, fully prepared. Bound once, then enqueued as often as wanted: enqueue() allocates nothing,
// creates no library object and does not wait.
class Step {
 public:
  virtual ~Step() = default;
  virtual void bind(const Binding&) = 0;
  virtual void enqueue(Queue&) const = 0;
  virtual std::string implementation() const = 0;  // what runs: "jit:avx2", "cudnn engine 41", "plain loops"

  // One by one, for profiles: enqueue() is enqueue_kernel(0 ..), and implementation() joins the names.
  virtual std::vector<std::string> kernels() const { return {implementation()}; }
  virtual void enqueue_kernel(Queue& queue, size_t) const { enqueue(queue); }
};

// Where in its output a Concat wants an input. A value read by the Concat alone may be written there
// directly.
struct ConcatPart {
  Shape whole;  // the Concat's output
  int64_t first_channel = 0;
};

struct Prepared {
  // Memory of an output that lies inside the output of the only Concat that reads it: where it begins there,
  // and the bytes of the Concat's whole output. Only if OpContext has a part.
  struct InConcat {
    size_t offset_bytes, whole_bytes;
  };

  std::unique_ptr<Step> step;
  Value output;
  std::optional<InConcat> in_concat;
  size_t workspace_bytes = 0;
  // Index of the input that the output must share memory with; -1 if none. It must be one that OpContext lets
  // die. 0 for Input means that its value is the caller's tensor itself, which no step ever writes to.
  int in_place = -1;
  size_t weight_element_bytes = sizeof(float);  // as the step keeps the operation's weights
  bool any_input_form = false;  // of Input: the step reads every InputForm, not only the plain one
};

// What an operation may know when it is prepared.
struct OpContext {
  const std::string& layer;  // for messages and profiles
  std::span<const Value> inputs;
  const Shape& output;
  const TensorMap& weights;        // the model's; prepare() converts and copies what it needs
  std::vector<bool> dies;          // per input: nothing reads it after this step
  std::optional<ConcatPart> part;  // the output is part of a Concat's, and may be written there
  std::vector<bool> put;  // for a Concat, per input: it already lies in the output's memory; empty: none does
  bool is_result = false;  // the output is the network's, and no other operation reads it
};

// A backend implements single operations for one device, precision and thread count; compile()
// (layers/plan.h) makes plans of them.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string name() const = 0;  // "reference", "cpu", "cuda"
  virtual Device& device() = 0;
  virtual Precision precision() const = 0;

  // inputs[0] of Input: the caller's tensor, plain fp32 unless bound otherwise.
  virtual Prepared prepare(const Op&, const OpContext&) = 0;

  // The last step of a plan: the network's output as plain fp32 [n classes].
  virtual Prepared prepare_output(const OpContext&) = 0;

  // Any value as plain fp32 [n c h w] in host memory, for layer-by-layer comparison. May allocate and wait.
  virtual std::vector<float> read(Queue&, const Value&, const void* data) = 0;

  virtual ThreadBackends* thread_backends() { return nullptr; }
  virtual Chains* chains() { return nullptr; }
  virtual FusedHeads* fused_heads() { return nullptr; }
};

// In a backend's class, FXE_OPERATIONS(FXE_PREPARE) declares what its prepare(const Op&) chooses from: one
// overload for each operation. The program does not link while one is missing.
#define FXE_PREPARE(O) Prepared prepare(const O&, const OpContext&);

// Plain loops in double precision, rounded to fp32 once per stored element: what the others are compared
// with.
std::unique_ptr<Backend> make_reference_backend();

// Own kernels and oneDNN on `threads` threads (0: all cores this process may use). Computes in fp32. bf16
// keeps the weights of fully connected layers in bfloat16, which halves what a batch of one has to read, on
// processors with AVX-512. `pin`: each thread stays on a processor of its own, the caller's from its first
// run on. Throws bad_input for other precisions, if bf16 is not supported, or for more pinned threads than
// processors.
std::unique_ptr<Backend> make_cpu_backend(int threads, Precision = Precision::fp32, bool pin = false);

// The library it runs on: "oneDNN 2.6.3".
std::string cpu_library_version();

}  // namespace fxe
