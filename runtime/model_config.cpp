// SPDX-License-Identifier: Apache-2.0
#include "runtime/model_config.h"

#include <algorithm>

#include "engine/bounded_json.h"
#include "engine/error.h"
#include "engine/input/class_dict.h"
#include "engine/input/config_preprocess.h"
#include "engine/mapped_file.h"
#include "weights_converter/byte_reader.h"

namespace fxe {

namespace {

namespace fs = std::filesystem;
using Config = nlohmann::json;

constexpr JsonLimits kLimits{.bytes = size_t{16} << 20, .depth = 8, .keys = size_t{1} << 16};

// Whether the file has the usual name of weights, which the configuration beside it is about.
bool has_usual_name(const fs::path& file) {
  const auto name = file.filename().string();
  return name.starts_with("model.") || name.starts_with("model-0") || name.starts_with("pytorch_model");
}

bool has_usual_weights(const fs::path& folder) {
  std::error_code absent;
  return std::ranges::any_of(
      std::initializer_list<const char*>{"model.safetensors", "model.safetensors.index.json",
                                         "pytorch_model.bin", "pytorch_model.bin.index.json"},
      [&](const char* name) { return fs::exists(folder / name, absent); });
}

Config read_config(const fs::path& path) {
  std::error_code absent;
  if (!fs::is_regular_file(path, absent)) return nullptr;
  const auto file = MappedFile::open(path);
  try {
    return parse_json<Config>(as_text(file->bytes()), kLimits);
  } catch (const Error& e) {
    throw bad_input("{}: {}", path.string(), e.what());
  }
}

bool says(const Config& object, const char* key) {
  return object.is_object() && object.contains(key) && !object[key].is_null();
}

// Refuses arguments with which timm made another network of the same name.
void refuse_arguments(const Config& config, const std::string& where) {
  if (says(config, "model_args")) {
    if (!config["model_args"].is_object()) throw bad_input("{}: model_args is not an object", where);
    for (const auto& [key, value] : config["model_args"].items())
      if (key != "num_classes" && key != "img_size" && key != "pretrained" && !value.is_null())
        throw bad_input(
            "{}: model_args has '{}', with which timm makes a different network than fxe; export ONNX, or "
            "say --network where it changes nothing",
            where, key.substr(0, 40));
  }
  if (says(config, "global_pool") && config["global_pool"] != "avg" && config["global_pool"] != "fast")
    throw bad_input("{}: global_pool is {}; fxe's networks have \"avg\"; export ONNX", where,
                    config["global_pool"].dump().substr(0, 40));
}

std::vector<std::string> labels_of(const Config& names, const std::string& where) {
  std::vector<std::string> labels;
  if (!names.is_array()) throw bad_input("{}: label_names is no list", where);
  for (const auto& name : names) {
    if (!name.is_string())
      throw bad_input("{}: label_names has {}, not a name", where, name.dump().substr(0, 40));
    labels.push_back(name.get<std::string>());
    std::ranges::replace_if(
        labels.back(), [](unsigned char c) { return c < ' '; }, ' ');
  }
  return labels;
}

void read_timm(const Config& config, const std::string& where, ModelConfig& result) {
  if (!config["architecture"].is_string()) throw bad_input("{}: architecture is not a name", where);
  result.architecture = config["architecture"].get<std::string>();
  refuse_arguments(config, where);
  const Config& images = says(config, "pretrained_cfg") ? config["pretrained_cfg"] : config;
  for (const Config* level : {&config, &images})
    if (result.classes == 0 && says(*level, "num_classes") && (*level)["num_classes"].is_number_integer())
      result.classes = (*level)["num_classes"].get<int64_t>();
  for (const Config* level : {&config, &images})
    if (result.labels.empty() && says(*level, "label_names"))
      result.labels = labels_of((*level)["label_names"], where);
  if (says(images, "input_size")) result.preprocess = timm_config_preprocess(images, where);
}

}  // namespace

ModelConfig read_model_config(const fs::path& model) {
  std::error_code ignored;
  const bool is_folder = fs::is_directory(model, ignored);
  const fs::path folder = is_folder ? model : model.parent_path();
  ModelConfig result;
  if (!is_folder && !has_usual_name(model) && has_usual_weights(folder)) return result;
  const fs::path timm = folder / "config.json", transformers = folder / "preprocessor_config.json";
  if (const Config config = read_config(timm); says(config, "architecture")) {
    result.file = timm.string();
    read_timm(config, result.file, result);
  } else if (says(config, "id2label") && config["id2label"].is_object()) {
    result.labels = parse_class_dict(config["id2label"].dump(), timm.string());
  }
  const Config config = read_config(transformers);
  // The configuration of transformers' timm wrapper repeats config.json.
  if (says(config, "image_processor_type") && config["image_processor_type"] == "TimmWrapperImageProcessor")
    return result;
  if (config.is_object()) {
    const auto where = transformers.string();
    Preprocess p = transformers_config_preprocess(config, where);
    if (!result.preprocess.empty()) p.crop_rounding = result.preprocess[0].crop_rounding;
    if (!result.preprocess.empty() && std::ranges::find(result.preprocess, p) == result.preprocess.end())
      throw bad_input("{} and {} prepare images in different ways; say which with --preprocess", result.file,
                      transformers.filename().string());
    result.preprocess = {p};
    result.file = result.file.empty() ? where : result.file + " and " + transformers.filename().string();
  }
  return result;
}

}  // namespace fxe
