// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/tensor_file.h"

#include <new>
#include <stdexcept>

#include "engine/mapped_file.h"
#include "weights_converter/caffe_file.h"
#include "weights_converter/name_hash.h"
#include "weights_converter/onnx_file.h"
#include "weights_converter/printable.h"
#include "weights_converter/safetensors.h"
#include "weights_converter/sharded_weights.h"
#include "weights_converter/state_dict.h"
#include "weights_converter/torch_file.h"
#include "weights_converter/zip_reader.h"

namespace fxe {

namespace {

constexpr size_t kTarMagicAt = 257;

bool begins_with(Bytes file, std::string_view text) { return as_text(file).starts_with(text); }

bool is_tar(Bytes file) {
  return file.size() > kTarMagicAt && begins_with(file.subspan(kTarMagicAt), "ustar");
}

// Says what the file is instead, if that can be told.
[[noreturn]] void refuse(Bytes file) {
  if (is_tar(file))
    throw bad_input(
        "is a tar archive: unpack it; a checkpoint from before PyTorch 0.1.10 needs torch >= 0.1.10 to be "
        "saved anew");
  if (begins_with(file, "\x1f\x8b")) throw bad_input("is compressed with gzip: unpack it first");
  if (begins_with(file, "\x80")) throw bad_input("is a Python pickle that torch.save did not write");
  if (begins_with(file, "version https://git-lfs"))
    throw bad_input("is a Git LFS pointer, not the weights: fetch the file itself with git lfs pull");
  throw bad_input(
      "is none of the formats that fxe reads: safetensors, PyTorch (.pth, .pt, .th), ONNX, Caffe");
}

TensorFile read(Bytes file, std::shared_ptr<const void> owner, const std::filesystem::path& path,
                const ReadChoices& choices) {
  if (!choices.output.empty() && !is_onnx(file))
    throw bad_input("no ONNX model: it has one output, and none to choose as '{}' (--output-name)",
                    printable(choices.output));
  if (is_zip(file)) return read_torch_zip(file, std::move(owner), choices.state_dict);
  if (is_torch_legacy(file)) return read_torch_legacy(file, std::move(owner), choices.state_dict);
  if (is_safetensors(file)) {
    TensorFile result = read_safetensors(file, std::move(owner));
    if (choices.state_dict.empty()) return result;
    if (const auto note = keep_prefix(result.tensors, choices.state_dict)) {
      result.notes.push_back(*note);
      return result;
    }
  }
  if (!choices.state_dict.empty())
    throw bad_input(
        "no PyTorch checkpoint: it has one set of weights, and no dict or names of tensors that begin with "
        "'{}' "
        "(--state-dict)",
        printable(choices.state_dict));
  if (is_onnx(file)) return read_onnx(file, path.parent_path(), choices);
  if (is_caffe(file)) return read_caffe(file, choices.input);
  refuse(file);
}

// One of several files that hold the weights of one model.
TensorFile read_shard(const std::filesystem::path& path, const ReadChoices& choices) {
  const auto file = MappedFile::open(path);
  TensorFile shard = read(file->bytes(), file, path, choices);
  if (shard.graph)
    throw bad_input("is a {} file, which carries a graph, and no part of weights", shard.format);
  return shard;
}

}  // namespace

TensorFile read_tensor_file(const std::filesystem::path& given, const ReadChoices& choices) {
  const auto path = file_in_folder(given);
  const auto file = MappedFile::open(path);
  try {
    const auto note = check_name_hash(path, file->bytes());
    refuse_shard(path);
    TensorFile result =
        is_weight_index(path)
            ? read_sharded(path, [&](const auto& shard) { return read_shard(shard, choices); })
            : read(file->bytes(), file, path, choices);
    if (note) result.notes.push_back(*note);
    return result;
  } catch (const Error& e) {
    throw Error(e.kind(), fmt::format("{}: {}", path.string(), e.what()));
  } catch (const std::bad_alloc&) {
    throw run_time_error("{}: needs more memory than there is; the file alone has {} bytes", path.string(),
                         file->bytes().size());
  }
}

}  // namespace fxe
