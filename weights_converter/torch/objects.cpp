// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/torch/objects.h"

#include "weights_converter/printable.h"
#include "weights_converter/torch/names.h"

namespace fxe {

using pickle::Heap;
using pickle::Id;
using pickle::Kind;
using pickle::Value;

namespace {

enum class Callee { ordered_dict, tensor, tensor_v3, parameter, size, none };

Callee callee(std::string_view name) {
  if (name == "collections.OrderedDict") return Callee::ordered_dict;
  if (name == "torch._utils._rebuild_tensor" || name == "torch._utils._rebuild_tensor_v2")
    return Callee::tensor;
  if (name == "torch._utils._rebuild_tensor_v3") return Callee::tensor_v3;
  if (name == "torch._utils._rebuild_parameter" || name == "torch._utils._rebuild_parameter_with_state")
    return Callee::parameter;
  if (name == "torch.Size") return Callee::size;
  return Callee::none;
}

// Valid as long as no value is added to the heap, which moves lists without copying them.
using Arguments = std::span<const Id>;

const Value& argument(const Heap& heap, Arguments arguments, size_t i, Kind kind, const char* what) {
  if (i >= arguments.size() || heap[arguments[i]].kind != kind)
    throw bad_input("argument {} of {} is not what torch.save writes", i, what);
  return heap[arguments[i]];
}

std::vector<int64_t> integers(const Heap& heap, const Value& tuple, const char* what) {
  if (tuple.items.size() > static_cast<size_t>(Shape::kMaxRank))
    throw bad_input("a tensor has {} {}; at most {} are supported", tuple.items.size(), what,
                    Shape::kMaxRank);
  std::vector<int64_t> values;
  for (const Id id : tuple.items) {
    if (heap[id].kind != Kind::integer || heap[id].integer < 0)
      throw bad_input("a tensor's {} are not all whole numbers", what);
    values.push_back(heap[id].integer);
  }
  return values;
}

// OrderedDict() or, from Python 2, OrderedDict([[key, value], ...]). Moves the pairs out of their list, which
// no honest pickle reads again: copies of one list could grow with the square of the pickle.
Id ordered_dict(Heap& heap, Arguments arguments) {
  Value dict{.kind = Kind::dict};
  if (!arguments.empty()) {
    argument(heap, arguments, 0, Kind::list, "OrderedDict");
    for (const Id id : std::exchange(heap[arguments[0]].items, {})) {
      const Value& pair = heap[id];
      if ((pair.kind != Kind::list && pair.kind != Kind::tuple) || pair.items.size() != 2)
        throw bad_input("an OrderedDict is not made of pairs");
      dict.items.insert(dict.items.end(), pair.items.begin(), pair.items.end());
    }
  }
  return heap.add(std::move(dict));
}

TorchStorage named_storage(const Heap& heap, Arguments pid) {
  const Value& type = argument(heap, pid, 1, Kind::global, "a storage");
  TorchStorage storage;
  storage.dtype = storage_dtype(type.text);
  if (!storage.dtype && !is_untyped_storage(type.text))
    throw bad_input("needs {}, which is not a storage type that fxe supports", printable(type.text));
  storage.key = argument(heap, pid, 2, Kind::text, "a storage").text;
  storage.elements = argument(heap, pid, 4, Kind::integer, "a storage").integer;
  if (storage.elements < 0 || storage.elements > int64_t{1} << 48)
    throw bad_input("the storage '{}' has {} elements", printable(storage.key), storage.elements);
  storage.view_elements = storage.elements;
  return storage;
}

// Legacy files: (key, offset, elements), the part of its root that a storage is.
void set_view(const Heap& heap, const Value& view, TorchStorage& storage) {
  storage.view_offset = argument(heap, view.items, 1, Kind::integer, "a view").integer;
  storage.view_elements = argument(heap, view.items, 2, Kind::integer, "a view").integer;
  if (storage.view_offset < 0 || storage.view_offset > storage.elements || storage.view_elements < 0 ||
      storage.view_elements > storage.elements - storage.view_offset)
    throw bad_input("a view of {} elements at {} is not within the storage '{}' of {}", storage.view_elements,
                    storage.view_offset, printable(storage.key), storage.elements);
}

}  // namespace

const TorchTensor* TorchObjects::tensor(const Value& value) const {
  return value.kind == Kind::object && value.integer % 2 == tensor_object
             ? &tensors[static_cast<size_t>(value.integer / 2)]
             : nullptr;
}

Id TorchObjects::add_object(Heap& heap, ObjectKind kind, size_t index) {
  return heap.add({.kind = Kind::object, .integer = static_cast<int64_t>(index) * 2 + kind});
}

Id TorchObjects::call(Heap& heap, std::string_view name, Id arguments_id) {
  const Arguments arguments = heap[arguments_id].items;  // copying them for each call could take forever
  switch (callee(name)) {
    case Callee::ordered_dict:
      return ordered_dict(heap, arguments);
    case Callee::tensor:
      return rebuild_tensor(heap, arguments, false);
    case Callee::tensor_v3:
      return rebuild_tensor(heap, arguments, true);
    case Callee::parameter:
      if (!arguments.empty() && tensor(heap[arguments[0]])) return arguments[0];
      throw bad_input("a parameter is not made of a tensor");
    case Callee::size:
      argument(heap, arguments, 0, Kind::tuple, "torch.Size");
      return arguments[0];
    case Callee::none:
      return heap.add({.kind = Kind::opaque,
                       .text = is_numpy_array(name)       ? kNumpyArray
                               : is_harmless_global(name) ? std::string_view{}
                                                          : name});
  }
  throw run_time_error("unknown callee");
}

// (storage, offset, size, strides, requires_grad, hooks[, dtype]).
Id TorchObjects::rebuild_tensor(Heap& heap, Arguments arguments, bool has_dtype) {
  const char* what = "a tensor";
  const Value& object = argument(heap, arguments, 0, Kind::object, what);
  if (object.integer % 2 != storage_object)
    throw bad_input("a tensor is made of something other than a storage");
  TorchTensor t;
  t.storage = static_cast<size_t>(object.integer / 2);
  std::optional<DType> dtype = storages[t.storage].dtype;
  if (has_dtype) dtype = torch_dtype(argument(heap, arguments, 6, Kind::global, what).text);
  if (!dtype) throw bad_input("a tensor has no type that fxe knows");
  t.dtype = *dtype;
  t.offset = argument(heap, arguments, 1, Kind::integer, what).integer;
  t.shape = Shape(integers(heap, argument(heap, arguments, 2, Kind::tuple, what), "dimensions"));
  t.strides = integers(heap, argument(heap, arguments, 3, Kind::tuple, what), "strides");
  if (t.strides.size() != static_cast<size_t>(t.shape.rank()) || t.offset < 0)
    throw bad_input("a tensor of shape {} has {} strides and begins at element {}", t.shape.str(),
                    t.strides.size(), t.offset);
  if (tensors.size() == kMaxObjects) throw bad_input("it holds more than {} tensors", kMaxObjects);
  tensors.push_back(std::move(t));
  return add_object(heap, tensor_object, tensors.size() - 1);
}

// ("storage", type, key, location, elements[, view]).
Id TorchObjects::persistent(Heap& heap, Id id) {
  const Value& pid = heap[id];
  if (pid.kind != Kind::tuple || pid.items.empty())
    throw bad_input("an outside object is not named by a tuple");
  const std::string_view kind = argument(heap, pid.items, 0, Kind::text, "an outside object").text;
  if (kind != "storage")
    throw bad_input(
        "needs a {} of the Python program that saved it: fxe reads tensors only; save the model's "
        "state_dict()",
        printable(kind));
  TorchStorage storage = named_storage(heap, pid.items);
  if (pid.items.size() > 5 && heap[pid.items[5]].kind == Kind::tuple)
    set_view(heap, heap[pid.items[5]], storage);
  if (storages.size() == kMaxObjects) throw bad_input("it names more than {} storages", kMaxObjects);
  storages.push_back(storage);
  return add_object(heap, storage_object, storages.size() - 1);
}

}  // namespace fxe
