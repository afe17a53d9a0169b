// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weights_converter/byte_reader.h"
#include "weights_converter/torch/pickle_value.h"

namespace fxe::pickle {

// Gives a pickle's names and calls their meaning. Nothing is ever imported or run: a resolver knows a fixed
// list of names, and makes opaque values of all others.
class Resolver {
 public:
  virtual ~Resolver() = default;
  virtual Id call(Heap&, std::string_view name, Id arguments) = 0;  // name(*arguments)
  virtual Id persistent(Heap&, Id id) = 0;                          // an object outside the pickle
};

// Python's pickle machine, protocols 2 to 5 (PEP 307, 3154, 574), for data only: state that BUILD would set
// on objects is dropped; extension codes and out-of-band buffers are refused. Time and memory are bounded by
// kMaxSteps, kMaxMemo and Heap::kMaxValues, some 250 MB, however long the pickle is.
class Unpickler {
 public:
  Unpickler(Heap& heap, Resolver& resolver) : heap_(heap), resolver_(resolver) {}

  // Reads one pickle, up to its STOP, and leaves the reader behind it. Throws bad_input saying at which byte.
  Id load(ByteReader&);

  static constexpr size_t kMaxSteps = 8'000'000;  // opcodes in a pickle
  static constexpr size_t kMaxMemo = Heap::kMaxValues;

 private:
  void step(ByteReader&, uint8_t opcode);
  bool scalar(ByteReader&, uint8_t opcode);
  bool text(ByteReader&, uint8_t opcode);
  bool container(uint8_t opcode);
  bool memo(ByteReader&, uint8_t opcode);
  bool object(ByteReader&, uint8_t opcode);

  void push(Id id) { stack_.push_back(id); }
  void push(Value value) { stack_.push_back(heap_.add(std::move(value))); }
  void push_text(Kind kind, Bytes bytes) { push({.kind = kind, .text = as_text(bytes)}); }
  Id pop();
  Id top();
  std::vector<Id> pop_to_mark();
  void push_items(Kind kind, std::vector<Id> items) { push({.kind = kind, .items = std::move(items)}); }
  void push_tuple(size_t count);
  void append(Kind kind, const std::vector<Id>& items);
  void remember(uint64_t index);
  void recall(uint64_t index);
  void push_global(std::string_view module, std::string_view name);
  void reduce(Id callee, Id arguments);

  Heap& heap_;
  Resolver& resolver_;
  std::vector<Id> stack_;
  std::vector<size_t> marks_;  // heights of the stack
  std::vector<Id> memo_;       // kNothing: not set
};

}  // namespace fxe::pickle
