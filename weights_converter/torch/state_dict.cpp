// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/torch/state_dict.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>
#include <unordered_set>

#include "weights_converter/printable.h"

namespace fxe {

using pickle::Heap;
using pickle::Id;
using pickle::Kind;
using pickle::Value;

namespace {

constexpr std::array<std::string_view, 14> kNames{
    "state_dict", "model_state_dict", "model_state", "model",  "net",
    "network",    "module",           "weights",     "params", "backbone",
    "generator",  "state_dict_ema",   "model_ema",   "ema"};
constexpr std::array<std::string_view, 4> kPrefixes{"module.", "model.", "net.", "_orig_mod."};
constexpr size_t kMaxDepth = 6;
constexpr size_t kMaxName = 1024;  // bytes of a tensor's name
constexpr int kMaxPrefixes = 8;

// A dict that maps names to tensors.
struct Candidate {
  Id id;
  std::vector<std::string> path;
  size_t tensors;

  // Smaller is better.
  std::tuple<size_t, size_t, size_t> rank() const {
    const auto known = path.empty() ? kNames.end() : std::find(kNames.begin(), kNames.end(), path.back());
    const auto place = static_cast<size_t>(known - kNames.begin());
    return {place, path.size(), SIZE_MAX - tensors};
  }
  std::string name() const {
    return path.empty() ? "the outermost dict" : fmt::format("'{}'", fmt::join(path, "."));
  }
  bool is(std::string_view asked) const { return fmt::format("{}", fmt::join(path, ".")) == asked; }
};

constexpr size_t kNamed = 3;  // how many of the other dicts are named

// "'model', 'model_ema'", without the chosen one.
std::string names_of(const std::vector<Candidate>& first, std::optional<Id> chosen = {}) {
  std::vector<std::string> names;
  for (const Candidate& c : first)
    if (c.id != chosen && names.size() <= kNamed) names.push_back(names.size() == kNamed ? "..." : c.name());
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string note_on(const Candidate& chosen, const std::vector<Candidate>& first) {
  const std::string others = names_of(first, chosen.id);
  return fmt::format(
      "weights are those under {}{}", chosen.name(),
      others.empty() ? "" : fmt::format("; not read: {} (--state-dict NAME reads another)", others));
}

bool is_optimizer(std::string_view name) { return name.find("optim") != std::string_view::npos; }

class Search {
 public:
  Search(const Heap& heap, const TorchObjects& objects, std::string_view asked)
      : heap_(heap), objects_(objects), asked_(asked) {}

  // Depth is bounded and no value is entered twice, so cycles and recursion end.
  void visit(Id id, std::vector<std::string>& path) {
    const Value& value = heap_[id];
    if (value.kind == Kind::opaque && value.text == kNumpyArray)
      has_arrays = true;
    else if (value.kind == Kind::opaque && unknown_class.empty())
      unknown_class = value.text;
    if (value.kind != Kind::dict || path.size() > kMaxDepth || !seen_.insert(id).second) return;
    size_t tensors = 0;
    for (size_t i = 0; i + 1 < value.items.size(); i += 2) {
      const Value& key = heap_[value.items[i]];
      if (key.kind != Kind::text) continue;
      if (objects_.tensor(heap_[value.items[i + 1]])) ++tensors;
      const Kind kind = heap_[value.items[i + 1]].kind;
      if ((kind != Kind::dict && kind != Kind::opaque) || is_optimizer(key.text)) continue;
      path.push_back(kind == Kind::dict ? printable(key.text) : "");
      visit(value.items[i + 1], path);
      path.pop_back();
    }
    if (tensors > 0) add({id, path, tensors});
  }

  std::optional<Candidate> best;
  std::vector<Candidate> first;    // a few, for a note: there may be any number
  std::string_view unknown_class;  // the first one met, of a value that may hold weights
  bool has_arrays = false;         // NumPy arrays

 private:
  void add(Candidate candidate) {
    if (first.size() < kNamed + 2) first.push_back(candidate);
    if (!asked_.empty() && !candidate.is(asked_)) return;
    if (!best || candidate.rank() < best->rank()) best = std::move(candidate);
  }

  const Heap& heap_;
  const TorchObjects& objects_;
  std::string_view asked_;
  std::unordered_set<Id> seen_;
};

void strip_prefixes(StateDict& dict) {
  bool again = true;
  for (int stripped_prefixes = 0; again && stripped_prefixes < kMaxPrefixes; ++stripped_prefixes) {
    again = false;
    for (const std::string_view prefix : kPrefixes) {
      const auto has = [&](const auto& t) {
        return t.first.size() > prefix.size() && t.first.starts_with(prefix);
      };
      if (!std::all_of(dict.tensors.begin(), dict.tensors.end(), has)) continue;
      decltype(dict.tensors) stripped;
      for (const auto& [name, tensor] : dict.tensors) stripped.emplace(name.substr(prefix.size()), tensor);
      dict.tensors = std::move(stripped);
      dict.notes.push_back(fmt::format("all tensors begin with '{}': left out of their names", prefix));
      again = true;
    }
  }
}

std::string arch_of(const Heap& heap, Id root) {
  const Value& outermost = heap[root];
  if (outermost.kind == Kind::dict)
    for (size_t i = 0; i + 1 < outermost.items.size(); i += 2) {
      const Value &key = heap[outermost.items[i]], &value = heap[outermost.items[i + 1]];
      if (key.kind == Kind::text && key.text == "arch" && value.kind == Kind::text &&
          value.text.size() <= kMaxName)
        return std::string(value.text);
    }
  return "";
}

}  // namespace

StateDict find_state_dict(const Heap& heap, Id root, const TorchObjects& objects, std::string_view asked) {
  Search search(heap, objects, asked);
  std::vector<std::string> path;
  search.visit(root, path);
  if (!search.best && !search.unknown_class.empty())
    throw bad_input("needs {}: fxe reads tensors only and runs no code; save the model's state_dict()",
                    printable(search.unknown_class));
  if (search.first.empty() && search.has_arrays)
    throw bad_input(
        "its values are NumPy arrays; fxe reads tensors: save each as torch.from_numpy(array), or "
        "safetensors");
  if (search.first.empty())
    throw bad_input("it holds no dict of named tensors; save the model's state_dict()");
  Search usual(heap, objects, {});
  if (!search.best) {
    path.clear();
    usual.visit(root, path);
  }
  const Candidate& best = search.best ? *search.best : *usual.best;
  StateDict result;
  result.arch = arch_of(heap, root);
  if (!best.path.empty()) result.notes.push_back(note_on(best, search.first));
  const Value& dict = heap[best.id];
  for (size_t i = 0; i + 1 < dict.items.size(); i += 2) {
    const Value &key = heap[dict.items[i]], &value = heap[dict.items[i + 1]];
    if (key.kind != Kind::text) continue;
    if (key.text.size() > kMaxName)
      throw bad_input("expected names of at most {} bytes, found one of {}: '{}'", kMaxName, key.text.size(),
                      printable(key.text));
    if (value.kind == Kind::opaque && value.text.starts_with("torch."))
      throw bad_input("the tensor '{}' needs {}, which fxe does not read", printable(key.text),
                      printable(value.text));
    if (const TorchTensor* tensor = objects.tensor(value))
      result.tensors.insert_or_assign(std::string(key.text), tensor);
    else
      result.tensors.erase(std::string(key.text));
  }
  if (result.tensors.empty())
    throw bad_input("it holds no dict of named tensors; save the model's state_dict()");
  if (!search.best) {
    const auto note = keep_prefix(result.tensors, asked);
    if (!note)
      throw bad_input(
          "--state-dict: it holds no dict of tensors called '{}'; expected one of {}, or what names of "
          "tensors begin with",
          printable(asked), names_of(search.first));
    result.notes.push_back(*note);
  }
  strip_prefixes(result);
  return result;
}

}  // namespace fxe
