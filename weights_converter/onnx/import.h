// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "layers/graph_builder.h"
#include "weights_converter/onnx/function.h"
#include "weights_converter/onnx/node.h"

namespace fxe {

// Stands for the batch size, whatever its value, in shapes that a model computes.
constexpr int64_t kBatch = -0x6261746368;

constexpr int64_t kMaxIntegers = 1024;  // in a constant used to compute shapes

// A value that depends on the image. In fxe it is always [n c h w] or [n c]; the other fields say how ONNX
// sees it.
struct OnnxFlow {
  ValueId id = 0;
  bool nhwc = false;                 // ONNX has it as [n h w c]
  Padding2 pad;                      // zeros around it, which the next convolution or pooling takes over
  std::optional<OnnxNode> pad_node;  // the node that put them there
  bool probabilities = false;        // after a softmax that was left out
  std::shared_ptr<const OnnxFunction> function;  // of `id`, not in the graph yet
  // ONNX has the channels as two axes, [groups, c / groups], or [c / groups, groups] if exchanged; 0: as one.
  int64_t groups = 0;
  bool exchanged = false;
  bool pixel = false;     // [n c] that ONNX has as [n c 1 1], or [n 1 1 c]
  bool integers = false;  // pixels that no Cast has turned into floats
  // The shape ONNX has it in, if none of the above: [n c h] for [n c h 1], [-1] for all elements in one row.
  std::vector<int64_t> seen_as;
};

// Integers that count images: for image i, per_image * i + base on the first axis.
struct OnnxImageIndex {
  int64_t per_image = 0;
  Tensor base;  // [1, ...]
};

// The state of an import: every ONNX value is either constant or a flow. Operators (onnx_operators.h) read
// their inputs from it and set their output. A node in the graph does not change: what could be merged into
// it is left to optimize(), which knows all its readers under whatever name.
class OnnxImport {
 public:
  using Value = std::variant<Tensor, OnnxFlow, OnnxImageIndex>;

  // `copy_limit`: bytes that copies of constants may take in all.
  OnnxImport(std::optional<int64_t> batch, uint64_t copy_limit) : batch_(batch), copies_left_(copy_limit) {}

  GraphBuilder graph;
  TensorMap weights;  // those the graph reads
  OnnxAlgebra algebra;

  void set(const OnnxNode& node, Value value) { define(node.output(), std::move(value)); }
  void define(const std::string& name, Value);  // throws bad_input if it exists already
  bool has(const std::string& name) const { return values_.contains(name); }
  const Value& value(const std::string& name) const;
  const Value& value(const OnnxNode& node, size_t i) const;

  bool is_constant(const OnnxNode&, size_t i) const;
  const Tensor& constant(const OnnxNode&, size_t i) const;
  std::vector<int64_t> integers(const OnnxNode&, size_t i) const;  // of a small constant
  // Attribute `name`, or constant input i from operator set `since` on; empty if absent.
  std::vector<int64_t> integers(const OnnxNode&, const char* name, int64_t since, size_t i) const;

  const OnnxFlow& flow(const OnnxNode&, size_t i) const;
  ValueId plain(const OnnxNode&, size_t i) const;     // a flow that ONNX sees as fxe does
  ValueId padded(const OnnxNode&, size_t i) const;    // the same, but may have pending padding
  std::vector<int64_t> shape(const OnnxFlow&) const;  // as ONNX sees it, kBatch first
  bool is_batch(int64_t dimension) const;             // may stand for the batch size in a reshape
  std::optional<int64_t> fixed_batch() const { return batch_; }

  ValueId add(const OnnxNode&, Op, std::vector<ValueId> inputs);  // named like the node

  // Puts into the graph what is pending: a flow's function, or its padding. A function that fxe does not have
  // is added to the problems, and the import continues without it, to find them all.
  void settle(OnnxFlow&);
  void settle(const OnnxNode&, size_t i);
  void settle_padding(const OnnxNode&, size_t i);
  // Drops what is pending, or the memory, of a value that nothing reads any more.
  void forget(const std::string& name);
  std::vector<std::string> problems;

  // The name under which the graph reads a tensor: the initializer's, with a suffix if another form of the
  // tensor has that name.
  std::string weight(const OnnxNode&, size_t i);
  std::string weight(const std::string& name, Tensor);

  // These throw bad_input past a limit: for copies, a multiple of the file's length; for constants filled
  // with one number, which take no memory yet, 1 GiB.
  void charge_copy(uint64_t bytes);
  void charge_copy(const Shape&, DType);
  void charge_fill(const Shape&, DType);
  void allow_copies(uint64_t bytes) { copies_left_ += bytes; }

  // What later operators need to know about earlier ones.
  std::map<ValueId, ValueId> flattened_from;
  std::set<ValueId> not_negative;

 private:
  OnnxFlow* find_flow(const OnnxNode&, size_t i);
  ValueId make(const OnnxFunction&, ValueId base);
  ValueId make_step(const OnnxFunction&, ValueId base);
  ValueId make_affine(const OnnxNode&, ValueId x, double a, double b);

  std::optional<int64_t> batch_;  // as the model fixes it
  uint64_t copies_left_, fill_left_ = uint64_t{1} << 30;
  std::map<std::string, Value> values_;
  std::set<std::string> names_;                // of fxe's nodes
  using Numbers = std::map<std::string, int>;  // the last number added to a name
  Numbers node_numbers_, weight_numbers_;
  std::map<std::tuple<std::string, const std::byte*, std::string, DType>, std::string> known_weights_;
};

// A constant that ONNX broadcasts to x; it may not have more axes, which would give the result more as well.
const Tensor& onnx_broadcast(const OnnxImport&, const OnnxNode&, size_t i, const OnnxFlow& x);
// The same, for a constant that varies over channels only: one number, or one per channel of x.
const Tensor& onnx_per_channel(const OnnxImport&, const OnnxNode&, size_t i, const OnnxFlow& x);

uint64_t bytes_of(const Shape&, DType);  // saturates

// throws bad_input if they are not integers, or more than 1024
std::vector<int64_t> small_integers(const Tensor&);
Tensor integer_tensor(const std::vector<int64_t>& values, const Shape&);

}  // namespace fxe
