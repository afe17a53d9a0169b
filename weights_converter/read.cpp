// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/read.h"

#include <new>
#include <stdexcept>

#include "engine/mapped_file.h"
#include "weights_converter/caffe/file.h"
#include "weights_converter/name_hash.h"
#include "weights_converter/onnx/file.h"
#include "weights_converter/printable.h"
#include "weights_converter/safetensors/file.h"
#include "weights_converter/sharded_weights.h"
#include "weights_converter/torch/file.h"
#include "weights_converter/torch/state_dict.h"
#include "weights_converter/zip/reader.h"

namespace fxe {

namespace {

constexpr size_t kTarMagicAt = 257;

bool begins_with(Bytes file, std::string_view text) { return as_text(file).starts_with(text); }

bool is_tar(Bytes file) {
  return file.size() > kTarMagicAt && begins_with(file.subspan(kTarMagicAt), "ustar");
}

// What the file is instead, where that can be told.
[[noreturn]] void refuse(Bytes file) {
  if (is_tar(file))
    throw bad_input(
        "is a tar archive: unpack it; a checkpoint from before PyTorch 0.1.10 must be saved again with torch "
        ">= 0.1.10");
  if (begins_with(file, "\x1f\x8b")) throw bad_input("is compressed with gzip: unpack it first");
  if (begins_with(file, "\x80")) throw bad_input("is a Python pickle that torch.save did not write");
  if (begins_with(file, "version https://git-lfs"))
    throw bad_input("is a Git LFS pointer, not the weights: fetch the file itself with git lfs pull");
  throw bad_input(
      "is none of the formats that fxe reads: safetensors, PyTorch (.pth, .pt, .th), ONNX, Caffe");
}

// A file to read, which `owner` keeps alive.
struct Source {
  Bytes file;
  std::shared_ptr<const void> owner;
  std::filesystem::path path;
  const ReadChoices& choices;
};

WeightFile read_tensors_of(const Source& s) {
  WeightFile result = read_safetensors(s.file, s.owner);
  if (s.choices.state_dict.empty()) return result;
  const auto note = keep_prefix(result.tensors, s.choices.state_dict);
  if (!note)
    throw bad_input(
        "no PyTorch checkpoint: it has one set of weights, and no names that begin with '{}' (--state-dict)",
        printable(s.choices.state_dict));
  result.notes.push_back(*note);
  return result;
}

struct Format {
  bool (*is)(Bytes);
  WeightFile (*read)(const Source&);
  bool has_state_dicts = false, has_outputs = false;  // what a choice can mean
};

constexpr Format kFormats[] = {
    {.is = is_zip,
     .read = [](const Source& s) { return read_torch_zip(s.file, s.owner, s.choices.state_dict); },
     .has_state_dicts = true},
    {.is = is_torch_legacy,
     .read = [](const Source& s) { return read_torch_legacy(s.file, s.owner, s.choices.state_dict); },
     .has_state_dicts = true},
    {.is = is_safetensors, .read = read_tensors_of, .has_state_dicts = true},
    {.is = is_onnx,
     .read = [](const Source& s) { return read_onnx(s.file, s.path.parent_path(), s.choices); },
     .has_outputs = true},
    {.is = is_caffe, .read = [](const Source& s) { return read_caffe(s.file, s.choices.input); }},
};

WeightFile read(const Source& source) {
  const ReadChoices& c = source.choices;
  for (const Format& format : kFormats) {
    if (!format.is(source.file)) continue;
    if (!c.output.empty() && !format.has_outputs)
      throw bad_input("no ONNX model: it has one output, and none to choose as '{}' (--output-name)",
                      printable(c.output));
    if (!c.state_dict.empty() && !format.has_state_dicts)
      throw bad_input("no PyTorch checkpoint: it has one set of weights, and no dict '{}' (--state-dict)",
                      printable(c.state_dict));
    return format.read(source);
  }
  refuse(source.file);
}

// One of several files with the weights of one model.
WeightFile read_shard(const std::filesystem::path& path, const ReadChoices& choices) {
  const auto file = MappedFile::open(path);
  WeightFile shard = read({file->bytes(), file, path, choices});
  if (shard.graph)
    throw bad_input("is a {} file, which carries a graph, and no part of weights", shard.format);
  return shard;
}

}  // namespace

WeightFile read_weight_file(const std::filesystem::path& given, const ReadChoices& choices) {
  const auto path = file_in_folder(given);
  const auto file = MappedFile::open(path);
  try {
    const auto note = check_name_hash(path, file->bytes());
    refuse_shard(path);
    WeightFile result =
        is_weight_index(path)
            ? read_sharded(path, [&](const auto& shard) { return read_shard(shard, choices); })
            : read({file->bytes(), file, path, choices});
    if (note) result.notes.push_back(*note);
    return result;
  } catch (const Error& e) {
    throw Error(e.kind(), fmt::format("{}: {}", path.string(), e.what()));
  } catch (const std::bad_alloc&) {
    throw run_time_error("{}: needs more memory than is available; the file alone has {} bytes",
                         path.string(), file->bytes().size());
  }
}

}  // namespace fxe
