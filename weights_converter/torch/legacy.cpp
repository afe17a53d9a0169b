// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <map>

#include "weights_converter/printable.h"
#include "weights_converter/torch/file.h"
#include "weights_converter/torch/state_dict.h"
#include "weights_converter/torch/tensor.h"

namespace fxe {

namespace {

using pickle::Heap;
using pickle::Id;
using pickle::Kind;

// 0x1950a86a20f9469cfc6c, as pickles write it.
constexpr std::string_view kMagic("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10);
constexpr std::string_view kTextMagic =
    "L119547037146038801333356L\n";  // of protocol 0, which load() refuses
constexpr int64_t kProtocol = 1001;
constexpr size_t kMagicWithin = 32;  // bytes from the start of the file

class LegacyReader {
 public:
  explicit LegacyReader(Bytes file) : reader_(file, "the file") {}

  const Heap& heap() const { return heap_; }
  const TorchObjects& objects() const { return objects_; }

  Id load() { return pickle::Unpickler(heap_, objects_).load(reader_); }

  void expect_header() {
    const auto& magic = heap_[load()];
    if (magic.kind != Kind::big_integer || magic.text != kMagic)
      throw bad_input("the file does not begin with PyTorch's magic number");
    const auto& protocol = heap_[load()];
    if (protocol.kind != Kind::integer || protocol.integer != kProtocol)
      throw bad_input("expected PyTorch's protocol {}, found {}", kProtocol, protocol.integer);
    expect_little_endian(heap_[load()]);
  }

  // The storages after the pickles, by key: each is an element count and its elements.
  std::map<std::string_view, Bytes> read_storages(Id keys) {
    std::map<std::string_view, size_t> element_bytes;
    for (const TorchStorage& s : objects_.storages) {
      const auto [known, added] = element_bytes.emplace(s.key, s.element_bytes());
      if (!added && known->second != s.element_bytes())
        throw bad_input("the storage '{}' has elements of {} and of {} bytes", printable(s.key),
                        known->second, s.element_bytes());
    }
    if (heap_[keys].kind != Kind::list) throw bad_input("expected a list of the storages' keys");
    std::map<std::string_view, Bytes> storages;
    for (const Id id : heap_[keys].items) {
      const auto key = heap_[id].text;
      const auto size = element_bytes.find(key);
      if (heap_[id].kind != Kind::text || size == element_bytes.end())
        throw bad_input("the file has a storage '{}' that no tensor names", printable(key));
      const size_t at = reader_.position();
      const auto elements = reader_.read<uint64_t>();
      if (elements > reader_.left() / size->second)
        throw bad_input(
            "the storage '{}' at byte {} has {} elements of {} bytes, but {} bytes are left; is the file "
            "complete?",
            printable(key), at, elements, size->second, reader_.left());
      if (!storages.emplace(key, reader_.take(elements * size->second)).second)
        throw bad_input("the file has two storages '{}'", printable(key));
    }
    return storages;
  }

 private:
  void expect_little_endian(const pickle::Value& machine) const {
    for (size_t i = 0; machine.kind == Kind::dict && i + 1 < machine.items.size(); i += 2) {
      if (heap_[machine.items[i]].text != "little_endian") continue;
      if (heap_[machine.items[i + 1]].integer == 1) return;
      throw bad_input("the file was saved on a big-endian machine; save it on a little-endian one");
    }
    throw bad_input("the file does not tell its byte order");
  }

  ByteReader reader_;
  Heap heap_;
  TorchObjects objects_;
};

}  // namespace

bool is_torch_legacy(Bytes file) {
  const auto begin = as_text(file.first(std::min(file.size(), kMagicWithin)));
  return begin.find(kMagic) != std::string_view::npos || begin.starts_with(kTextMagic);
}

WeightFile read_torch_legacy(Bytes file, std::shared_ptr<const void> owner, std::string_view state_dict) {
  LegacyReader reader(file);
  reader.expect_header();
  const Id root = reader.load();
  const auto storages = reader.read_storages(reader.load());

  const auto find = [&](const TorchStorage& storage) {
    const auto found = storages.find(storage.key);
    if (found == storages.end()) throw bad_input("the file has no storage '{}'", printable(storage.key));
    if (found->second.size() != static_cast<uint64_t>(storage.elements) * storage.element_bytes())
      throw bad_input("the storage '{}' has {} bytes, expected {} elements", printable(storage.key),
                      found->second.size(), storage.elements);
    return SharedBytes{found->second, owner};
  };
  TorchTensors tensors(reader.objects(), find, 4 * static_cast<uint64_t>(file.size()));
  return torch_weight_file("PyTorch legacy",
                           find_state_dict(reader.heap(), root, reader.objects(), state_dict), tensors);
}

}  // namespace fxe
