// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/device.h"
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
// (layers/plan.h) makes plans of them. An operation without a prepare() is a compile error.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string name() const = 0;  // "reference", "cpu", "cuda"
  virtual Device& device() = 0;
  virtual Precision precision() const = 0;
  virtual bool reads_any_input_form() const { return false; }  // any InputForm, not only the plain one
  // Bytes of one element of the operation's weights as the backend keeps them.
  virtual size_t weight_element_bytes(const Op&) const {
    return precision() == Precision::fp16 || precision() == Precision::bf16 ? 2 : 4;
  }

  // Backends that share this one's weights and have cores of their own, on each of which a plan for part of a
  // batch can run while the others run theirs. Empty if the device has none.
  virtual std::span<Backend* const> lanes() { return {}; }
  // Runs f(lane) for every lane at the same time; returns when all are done and rethrows one's exception.
  virtual void run_lanes(const std::function<void(size_t lane)>&) {}

  // inputs[0]: the caller's tensor, plain fp32 unless bound otherwise.
  virtual Prepared prepare(const Input&, const OpContext&) = 0;
  virtual Prepared prepare(const Conv2d&, const OpContext&) = 0;
  virtual Prepared prepare(const BatchNorm&, const OpContext&) = 0;
  virtual Prepared prepare(const Scale&, const OpContext&) = 0;
  virtual Prepared prepare(const LayerNorm&, const OpContext&) = 0;
  virtual Prepared prepare(const Pool2d&, const OpContext&) = 0;
  virtual Prepared prepare(const GlobalAveragePool&, const OpContext&) = 0;
  virtual Prepared prepare(const Linear&, const OpContext&) = 0;
  virtual Prepared prepare(const Activate&, const OpContext&) = 0;
  virtual Prepared prepare(const PRelu&, const OpContext&) = 0;
  virtual Prepared prepare(const Add&, const OpContext&) = 0;
  virtual Prepared prepare(const ChannelGate&, const OpContext&) = 0;
  virtual Prepared prepare(const Concat&, const OpContext&) = 0;
  virtual Prepared prepare(const ChannelShuffle&, const OpContext&) = 0;
  virtual Prepared prepare(const ChannelSlice&, const OpContext&) = 0;
  virtual Prepared prepare(const ZeroPad&, const OpContext&) = 0;
  virtual Prepared prepare(const Flatten&, const OpContext&) = 0;
  virtual Prepared prepare(const Softmax&, const OpContext&) = 0;
  virtual Prepared prepare(const Lrn&, const OpContext&) = 0;
  virtual Prepared prepare(const ShortcutPad&, const OpContext&) = 0;

  // The last step of a plan: the network's output as plain fp32 [n classes].
  virtual Prepared prepare_output(const OpContext&) = 0;

  // How many of these nodes, from the first on, run faster as one step that keeps the values between them out
  // of memory; 1 if none do. Each node after the first reads the one before as its first input, and is its
  // only reader. shapes[0] is the first node's input, shapes[i + 1] the output of nodes[i].
  virtual size_t chain_length(std::span<const Node>, std::span<const Shape>) const { return 1; }
  // The step for that many nodes. Inputs of the context: the first node's input, then the last node's second
  // and further inputs.
  virtual Prepared prepare_chain(std::span<const Node>, std::span<const Shape>, const OpContext&) {
    return {};
  }

  // The network's end and the tail in one kernel, on devices that decide when to stop.
  virtual PreparedHead prepare_head(const HeadContext&) { return {}; }

  // Any value as plain fp32 [n c h w] in host memory, for layer-by-layer comparison. May allocate and wait.
  virtual std::vector<float> read(Queue&, const Value&, const void* data) = 0;
};

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
