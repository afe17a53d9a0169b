// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "weights_converter/printable.h"
#include "weights_converter/torch/file.h"
#include "weights_converter/torch/state_dict.h"
#include "weights_converter/torch/tensor.h"

namespace fxe {

namespace {

constexpr uint64_t kMaxPickle = uint64_t{256} << 20;
constexpr uint64_t kMaxStorage = uint64_t{8} << 30;
constexpr std::string_view kPickle = "data.pkl";

// The folder that contains everything, with its slash.
std::string find_folder(const ZipReader& zip) {
  const std::string* found = nullptr;
  for (const auto& [name, entry] : zip.entries()) {
    const std::string_view text = name;
    if (text != kPickle && !text.ends_with("/data.pkl")) continue;
    if (!found || name.size() < found->size()) found = &name;
  }
  const bool exported = std::ranges::any_of(zip.entries(), [](const auto& entry) {
    return entry.first.ends_with("archive_format") ||
           entry.first.ends_with("serialized_exported_program.json");
  });
  if (!found && exported)
    throw bad_input(
        "is a program of torch.export; fxe reads tensors only: save the model's state_dict(), or export "
        "ONNX");
  if (!found)
    throw bad_input(
        "expected an archive of torch.save with a data.pkl, found a zip archive of {} other entries",
        zip.entries().size());
  return found->substr(0, found->size() - kPickle.size());
}

void expect_little_endian(ZipReader& zip, const std::string& folder) {
  const std::string name = folder + "byteorder";
  if (!zip.entries().contains(name)) return;
  const SharedBytes order = zip.read(name, 16);
  if (as_text(order.bytes) != "little")
    throw bad_input("expected byteorder 'little', found '{}'; save the file on a little-endian machine",
                    printable(as_text(order.bytes), 20));
}

// Unpacks a deflated storage once, however many tensors share it.
class Storages {
 public:
  Storages(ZipReader& zip, std::string folder) : zip_(zip), folder_(std::move(folder)) {}

  SharedBytes operator()(const TorchStorage& storage) {
    const auto expected = static_cast<uint64_t>(storage.elements) * storage.element_bytes();
    auto found = read_.find(storage.key);
    if (found == read_.end()) {
      if (expected > kMaxStorage)
        throw bad_input("the storage '{}' has {} bytes; at most {} are supported", printable(storage.key),
                        expected, kMaxStorage);
      const std::string name = fmt::format("{}data/{}", folder_, storage.key);
      found = read_.emplace(storage.key, zip_.read(name, expected)).first;
    }
    if (found->second.bytes.size() != expected)
      throw bad_input("the storage '{}' has {} bytes, expected {}; is the file complete?",
                      printable(storage.key), found->second.bytes.size(), expected);
    return found->second;
  }

 private:
  ZipReader& zip_;
  std::string folder_;
  std::map<std::string, SharedBytes, std::less<>> read_;
};

}  // namespace

WeightFile read_torch_zip(Bytes file, std::shared_ptr<const void> owner, std::string_view state_dict) {
  ZipReader zip(file, std::move(owner));
  const std::string folder = find_folder(zip);
  if (zip.entries().contains(folder + "constants.pkl"))
    throw bad_input("is a TorchScript program; fxe reads tensors only: save the model's state_dict()");
  expect_little_endian(zip, folder);

  const SharedBytes text = zip.read(folder + std::string(kPickle), kMaxPickle);
  ByteReader reader(text.bytes, kPickle);
  pickle::Heap heap;
  TorchObjects objects;
  const pickle::Id root = pickle::Unpickler(heap, objects).load(reader);

  TorchTensors tensors(objects, Storages(zip, folder), 4 * static_cast<uint64_t>(file.size()));
  return torch_weight_file("PyTorch zip", find_state_dict(heap, root, objects, state_dict), tensors);
}

}  // namespace fxe
