// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/torch/unpickler.h"

#include <bit>
#include <charconv>

#include "weights_converter/printable.h"

namespace fxe::pickle {

namespace {

constexpr uint8_t kStop = '.';
constexpr uint8_t kProto = 0x80, kFrame = 0x95;
constexpr uint8_t kMinProtocol = 2, kMaxProtocol = 5;
constexpr Id kNothing = ~Id{0};  // never a value's id: there are at most kMaxValues

const char* kind_name(Kind kind) {
  switch (kind) {
    case Kind::list:
      return "list";
    case Kind::set:
      return "set";
    case Kind::dict:
      return "dict";
    default:
      return "container";
  }
}

// Opcodes that only protocols 0 and 1 write. INT ('I') is none of them: Python 2 writes it for integers past
// 32 bits in protocol 2, too.
constexpr std::string_view kTextOpcodes = "LFSVpgildoP";

Value binary_integer(Bytes twos_complement) {
  if (twos_complement.size() > 8) return {.kind = Kind::big_integer, .text = as_text(twos_complement)};
  uint64_t bits = 0;
  for (size_t i = 0; i < twos_complement.size(); ++i)
    bits |= std::to_integer<uint64_t>(twos_complement[i]) << (8 * i);
  const bool negative =
      !twos_complement.empty() && (std::to_integer<int>(twos_complement.back()) & 0x80) != 0;
  if (negative && twos_complement.size() < 8) bits |= ~uint64_t{0} << (8 * twos_complement.size());
  return {.kind = Kind::integer, .integer = static_cast<int64_t>(bits)};
}

int64_t decimal_integer(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    throw bad_input("expected an integer, found '{}'", printable(text, 40));
  return value;
}

}  // namespace

Id Heap::add(Value value) {
  if (values.size() >= kMaxValues)
    throw bad_input("it holds more than {} Python values; save the model's state_dict() alone", kMaxValues);
  values.push_back(std::move(value));
  return static_cast<Id>(values.size() - 1);
}

Id Unpickler::load(ByteReader& reader) {
  stack_.clear();
  marks_.clear();
  memo_.clear();
  for (size_t steps = 1;; ++steps) {
    const size_t at = reader.position();
    const auto opcode = reader.read<uint8_t>();
    if (steps > kMaxSteps)
      throw bad_input("it has more than {} pickle opcodes; save the model's state_dict() alone", kMaxSteps);
    try {
      if (opcode == kStop) return pop();
      step(reader, opcode);
    } catch (const Error& e) {
      throw Error(e.kind(), fmt::format("{}, byte {}: {}", reader.what(), at, e.what()));
    }
  }
}

void Unpickler::step(ByteReader& reader, uint8_t opcode) {
  if (opcode == kProto) {
    const auto protocol = reader.read<uint8_t>();
    if (protocol < kMinProtocol || protocol > kMaxProtocol)
      throw bad_input("expected pickle protocol {} to {}, found {}", kMinProtocol, kMaxProtocol, protocol);
  } else if (opcode == kFrame) {
    reader.take(8);  // frames only tell how much to read ahead
  } else if (!scalar(reader, opcode) && !text(reader, opcode) && !container(opcode) &&
             !memo(reader, opcode) && !object(reader, opcode)) {
    if (kTextOpcodes.find(static_cast<char>(opcode)) != std::string_view::npos)
      throw bad_input("a pickle of protocol 0 or 1, whose tensors PyTorch cannot read; save with protocol 2");
    throw bad_input("the pickle opcode 0x{:02x} is not one that torch.save writes; the file is damaged",
                    opcode);
  }
}

bool Unpickler::scalar(ByteReader& r, uint8_t opcode) {
  const auto integer = [&](int64_t value) { push({.kind = Kind::integer, .integer = value}); };
  switch (opcode) {
    case 'N':
      return push(Value{}), true;
    case 0x88:  // NEWTRUE
    case 0x89:  // NEWFALSE
      return push({.kind = Kind::boolean, .integer = opcode == 0x88}), true;
    case 'J':
      return integer(r.read<int32_t>()), true;
    case 'K':
      return integer(r.read<uint8_t>()), true;
    case 'M':
      return integer(r.read<uint16_t>()), true;
    case 0x8a:  // LONG1
      return push(binary_integer(r.take(r.read<uint8_t>()))), true;
    case 0x8b:  // LONG4
      return push(binary_integer(r.take(r.read<uint32_t>()))), true;
    case 'I':
      return integer(decimal_integer(r.line())), true;
    case 'G': {
      const uint64_t bits = __builtin_bswap64(r.read<uint64_t>());  // pickle's only big-endian field
      return push({.kind = Kind::floating, .floating = std::bit_cast<double>(bits)}), true;
    }
    default:
      return false;
  }
}

bool Unpickler::text(ByteReader& r, uint8_t opcode) {
  switch (opcode) {
    case 'X':
      return push_text(Kind::text, r.take(r.read<uint32_t>())), true;
    case 0x8c:  // SHORT_BINUNICODE
    case 'U':   // Python 2's str
      return push_text(Kind::text, r.take(r.read<uint8_t>())), true;
    case 0x8d:  // BINUNICODE8
      return push_text(Kind::text, r.take(r.read<uint64_t>())), true;
    case 'T': {
      const auto size = r.read<int32_t>();
      if (size < 0) throw bad_input("a string has a negative size: {}", size);
      return push_text(Kind::text, r.take(static_cast<uint64_t>(size))), true;
    }
    case 'B':
      return push_text(Kind::bytes, r.take(r.read<uint32_t>())), true;
    case 'C':
      return push_text(Kind::bytes, r.take(r.read<uint8_t>())), true;
    case 0x8e:  // BINBYTES8
    case 0x96:  // BYTEARRAY8
      return push_text(Kind::bytes, r.take(r.read<uint64_t>())), true;
    default:
      return false;
  }
}

bool Unpickler::container(uint8_t opcode) {
  switch (opcode) {
    case '(':
      return marks_.push_back(stack_.size()), true;
    case ']':
      return push_items(Kind::list, {}), true;
    case '}':
      return push_items(Kind::dict, {}), true;
    case ')':
      return push_items(Kind::tuple, {}), true;
    case 0x8f:  // EMPTY_SET
      return push_items(Kind::set, {}), true;
    case 't':
      return push_items(Kind::tuple, pop_to_mark()), true;
    case 0x91:  // FROZENSET
      return push_items(Kind::set, pop_to_mark()), true;
    case 0x85:  // TUPLE1 to TUPLE3
    case 0x86:
    case 0x87:
      return push_tuple(opcode - 0x84u), true;
    case 'a': {
      const Id item = pop();
      return append(Kind::list, {item}), true;
    }
    case 'e':
      return append(Kind::list, pop_to_mark()), true;
    case 0x90:  // ADDITEMS
      return append(Kind::set, pop_to_mark()), true;
    case 's': {
      const Id value = pop(), key = pop();
      return append(Kind::dict, {key, value}), true;
    }
    case 'u':
      return append(Kind::dict, pop_to_mark()), true;
    default:
      return false;
  }
}

bool Unpickler::memo(ByteReader& r, uint8_t opcode) {
  switch (opcode) {
    case 'q':
      return remember(r.read<uint8_t>()), true;
    case 'r':
      return remember(r.read<uint32_t>()), true;
    case 0x94:  // MEMOIZE
      return remember(memo_.size()), true;
    case 'h':
      return recall(r.read<uint8_t>()), true;
    case 'j':
      return recall(r.read<uint32_t>()), true;
    case '0':  // POP; removes a mark if that is on top
      if (!marks_.empty() && marks_.back() == stack_.size())
        marks_.pop_back();
      else
        pop();
      return true;
    case '1':
      return pop_to_mark(), true;
    case '2':
      return push(top()), true;
    default:
      return false;
  }
}

bool Unpickler::object(ByteReader& r, uint8_t opcode) {
  switch (opcode) {
    case 'c': {
      const auto module = r.line(), name = r.line();
      return push_global(module, name), true;
    }
    case 0x93: {  // STACK_GLOBAL
      const Id name = pop(), module = pop();
      if (heap_[name].kind != Kind::text || heap_[module].kind != Kind::text)
        throw bad_input("a class is named by something other than text");
      return push_global(heap_[module].text, heap_[name].text), true;
    }
    case 'R':     // REDUCE
    case 0x81: {  // NEWOBJ
      const Id arguments = pop(), callee = pop();
      return reduce(callee, arguments), true;
    }
    case 0x92: {  // NEWOBJ_EX
      pop();      // keyword arguments
      const Id arguments = pop(), callee = pop();
      return reduce(callee, arguments), true;
    }
    case 'b':
      return pop(), top(), true;
    case 'Q': {
      const Id id = pop();
      return push(resolver_.persistent(heap_, id)), true;
    }
    default:
      return false;
  }
}

Id Unpickler::pop() {
  const Id id = top();
  stack_.pop_back();
  return id;
}

Id Unpickler::top() {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back()))
    throw bad_input("the pickle takes a value where there is none; the file is damaged");
  return stack_.back();
}

std::vector<Id> Unpickler::pop_to_mark() {
  if (marks_.empty())
    throw bad_input("the pickle takes values up to a mark that is not there; the file is damaged");
  std::vector<Id> items(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back()), stack_.end());
  stack_.resize(marks_.back());
  marks_.pop_back();
  return items;
}

void Unpickler::push_tuple(size_t count) {
  std::vector<Id> items(count);
  while (count-- > 0) items[count] = pop();
  push_items(Kind::tuple, std::move(items));
}

void Unpickler::append(Kind kind, const std::vector<Id>& items) {
  Value& target = heap_[top()];
  if (target.kind == Kind::opaque) return;
  if (target.kind != kind) throw bad_input("the pickle adds to a {}, but there is none", kind_name(kind));
  if (kind == Kind::dict && items.size() % 2 != 0) throw bad_input("a dict has a key without a value");
  target.items.insert(target.items.end(), items.begin(), items.end());
}

// Pickles number their memo from 0.
void Unpickler::remember(uint64_t index) {
  if (index >= kMaxMemo) throw bad_input("expected a memo index below {}, found {}", kMaxMemo, index);
  const Id id = top();
  if (index >= memo_.size()) memo_.resize(static_cast<size_t>(index) + 1, kNothing);
  memo_[static_cast<size_t>(index)] = id;
}

void Unpickler::recall(uint64_t index) {
  if (index >= memo_.size() || memo_[static_cast<size_t>(index)] == kNothing)
    throw bad_input("the pickle refers to memo {}, which does not exist", index);
  push(memo_[static_cast<size_t>(index)]);
}

void Unpickler::push_global(std::string_view module, std::string_view name) {
  std::string full = fmt::format("{}.{}", module, name);
  push({.kind = Kind::global, .text = heap_.keep(std::move(full))});
}

void Unpickler::reduce(Id callee, Id arguments) {
  if (heap_[callee].kind == Kind::opaque) return push({.kind = Kind::opaque, .text = heap_[callee].text});
  if (heap_[callee].kind != Kind::global) throw bad_input("the pickle calls a value that is not a class");
  if (heap_[arguments].kind != Kind::tuple)
    throw bad_input("the pickle calls a class without a tuple of arguments");
  push(resolver_.call(heap_, heap_[callee].text, arguments));
}

}  // namespace fxe::pickle
