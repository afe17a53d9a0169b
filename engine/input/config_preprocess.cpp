// SPDX-License-Identifier: Apache-2.0
#include "engine/input/config_preprocess.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/error.h"
#include "engine/input/preprocess_presets.h"

namespace fxe {

namespace {

using Json = nlohmann::json;

constexpr int kMaxSize = 1 << 13;

// The values of one file; null and absent are the same.
class Config {
 public:
  Config(const Json& json, std::string_view where) : json_(json), where_(where) {
    if (!json.is_object()) throw bad_input("{}: expected an object, found {}", where, json.type_name());
  }

  bool has(const char* key) const { return json_.contains(key) && !json_[key].is_null(); }
  const Json& operator[](const char* key) const { return json_[key]; }

  [[noreturn]] void refuse(std::string_view key, std::string_view expected) const {
    const std::string name(key.substr(0, key.find('.')));
    throw bad_input("{}: {} is {}; expected {}. Say how images are prepared with --preprocess", where_, key,
                    json_.contains(name) ? json_[name].dump().substr(0, 60) : "not there", expected);
  }

  double number(const char* key, double usual, double low, double high) const {
    if (!has(key)) return usual;
    if (!json_[key].is_number() || !(json_[key] >= low && json_[key] <= high))
      refuse(key, fmt::format("a number from {} to {}", low, high));
    return json_[key].get<double>();
  }

  bool flag(const char* key, bool usual) const {
    if (!has(key)) return usual;
    if (!json_[key].is_boolean()) refuse(key, "true or false");
    return json_[key].get<bool>();
  }

  std::string text(const char* key, const char* usual) const {
    if (!has(key)) return usual;
    if (!json_[key].is_string()) refuse(key, "a word");
    return json_[key].get<std::string>();
  }

  std::array<double, 3> triple(const char* key) const {
    std::array<double, 3> values{};
    if (!json_.contains(key) || !json_[key].is_array() || json_[key].size() != 3)
      refuse(key, "three numbers, one per channel");
    for (size_t c = 0; c < 3; ++c) {
      if (!json_[key][c].is_number()) refuse(key, "three numbers, one per channel");
      values[c] = json_[key][c].get<double>();
    }
    return values;
  }

  // Each above 0.
  std::array<double, 3> deviations(const char* key) const {
    const auto values = triple(key);
    for (const double value : values)
      if (!(value > 0)) refuse(key, "three numbers above 0");
    return values;
  }

  bool is_size(const Json& value) const {
    return value.is_number_integer() && value >= 1 && value <= kMaxSize;
  }

 private:
  const Json& json_;
  std::string_view where_;
};

void set_values(Preprocess& p, const std::array<double, 3>& mean, const std::array<double, 3>& std) {
  p.mean = mean;
  p.std = std;
  // Pillow's rounding of the mean, which timm's "border" fills with.
  if (p.side == Preprocess::Side::longer)
    for (size_t c = 0; c < 3; ++c)
      p.fill[c] = static_cast<uint8_t>(std::nearbyint(255 * std::clamp(mean[c], 0.0, 1.0)));
}

Preprocess timm_at(const Config& config, const char* size_key, double crop, std::string_view where) {
  const Json& size = config[size_key];
  const bool images = size.is_array() && size.size() == 3 && size[0] == 3 && config.is_size(size[1]) &&
                      config.is_size(size[2]);
  if (!images || size[1] != size[2]) config.refuse(size_key, "[3, SIZE, SIZE]");
  const auto filter = config.text("interpolation", "bicubic");
  if (filter != "bicubic" && filter != "bilinear") config.refuse("interpolation", "bicubic or bilinear");
  const auto mode = config.text("crop_mode", "center");
  if (mode != "center" && mode != "squash" && mode != "border")
    config.refuse("crop_mode", "center, squash or border");
  Preprocess p =
      preprocess_preset(fmt::format("timm-{}-{}-{}-{}", size[1].get<int>(), crop, filter, mode), where);
  set_values(p, config.has("mean") ? config.triple("mean") : p.mean,
             config.has("std") ? config.deviations("std") : p.std);
  return p;
}

// {"height": 224, "width": 224}, or {"shortest_edge": 224}.
struct HfSize {
  int height = 0, width = 0, shortest = 0;
};

HfSize hf_size(const Config& config, const char* key, bool number_is_shortest) {
  const char* expected = R"({"height": H, "width": W} or {"shortest_edge": S})";
  if (!config.has(key)) config.refuse(key, expected);
  const Json& value = config[key];
  if (config.is_size(value))
    return number_is_shortest ? HfSize{.shortest = value.get<int>()}
                              : HfSize{value.get<int>(), value.get<int>()};
  const auto side = [&](const char* name) { return value.contains(name) && config.is_size(value[name]); };
  if (value.is_object() && value.size() == 2 && side("height") && side("width"))
    return {value["height"].get<int>(), value["width"].get<int>()};
  if (value.is_object() && value.size() == 1 && side("shortest_edge"))
    return {.shortest = value["shortest_edge"].get<int>()};
  config.refuse(key, expected);
}

void resize_to(Preprocess& p, const HfSize& size) {
  p.side = size.shortest ? Preprocess::Side::shorter : Preprocess::Side::both;
  p.resize_h = size.shortest ? size.shortest : size.height;
  p.resize_w = size.shortest ? size.shortest : size.width;
}

// Refuses settings that change pixels in a way fxe does not support.
void refuse_the_rest(const Config& config) {
  for (const char* key : {"do_flip_channel_order", "do_pad", "do_thumbnail", "do_align_long_axis",
                          "rescale_offset", "include_top", "do_reduce_labels", "do_color_quantize"})
    if (config.flag(key, false)) config.refuse(key, "false");
}

// Whether this processor reads a single number as the shorter side, among those saved with one.
bool number_is_shortest(const Config& config, const std::string& type) {
  for (const char* shortest : {"ConvNext", "Bit", "CLIP", "MobileNetV", "MobileViT", "Levit", "PoolFormer"})
    if (type.starts_with(shortest)) return true;
  for (const char* square : {"ViT", "DeiT", "Beit", "EfficientNet"})
    if (type.starts_with(square)) return false;
  if (config.has("size") && config["size"].is_number())
    config.refuse("size", R"({"height": H, "width": W} or {"shortest_edge": S})");
  return false;
}

// ConvNeXt's processor crops by a fraction; from 384 pixels on it squashes.
void convnext_size(Preprocess& p, const Config& config, const HfSize& size) {
  if (!size.shortest) config.refuse("size", R"({"shortest_edge": S})");
  p.crop_h = p.crop_w = size.shortest;
  constexpr int kSquashedFrom = 384;
  if (size.shortest >= kSquashedFrom) return resize_to(p, {size.shortest, size.shortest});
  const double share = config.number("crop_pct", 224.0 / 256, 0.1, 1);
  resize_to(p, {.shortest = static_cast<int>(size.shortest / share)});
}

}  // namespace

std::vector<Preprocess> timm_config_preprocess(const Json& json, std::string_view where) {
  const Config config(json, where);
  constexpr double kUsualCrop = 0.875, kLeast = 0.1;
  const double crop = config.number("crop_pct", kUsualCrop, kLeast, 1);
  std::vector<Preprocess> found = {timm_at(config, "input_size", crop, where)};
  if (config.has("test_input_size"))
    found.push_back(
        timm_at(config, "test_input_size", config.number("test_crop_pct", crop, kLeast, 1), where));
  return found;
}

Preprocess transformers_config_preprocess(const Json& json, std::string_view where) {
  const Config config(json, where);
  refuse_the_rest(config);
  const auto type = config.text("image_processor_type", config.text("feature_extractor_type", "").c_str());
  Preprocess p;
  p.crop_rounding = Preprocess::Rounding::down;
  const bool convnext = type.starts_with("ConvNext"), shortest = number_is_shortest(config, type);
  if (config.flag("do_resize", true)) {
    constexpr int kBilinear = 2, kBicubic = 3;  // Pillow's numbers
    if (!config.has("resample") || (config["resample"] != kBilinear && config["resample"] != kBicubic))
      config.refuse("resample", "2 (bilinear) or 3 (bicubic)");
    p.filter = config["resample"] == kBicubic ? Filter::bicubic : Filter::bilinear;
    const HfSize size = hf_size(config, "size", shortest);
    if (convnext)
      convnext_size(p, config, size);
    else
      resize_to(p, size);
  }
  if (config.flag("do_center_crop", false)) {
    const HfSize crop = hf_size(config, "crop_size", false);
    p.crop_h = crop.shortest ? crop.shortest : crop.height;
    p.crop_w = crop.shortest ? crop.shortest : crop.width;
    if (p.side != Preprocess::Side::none && (p.crop_h > p.resize_h || p.crop_w > p.resize_w))
      config.refuse("crop_size", "no more than size");
  } else if (!convnext && p.side != Preprocess::Side::both) {
    config.refuse("do_center_crop", "true, or a size of height and width, for images of one size");
  } else if (!convnext) {
    p.crop_h = p.resize_h;
    p.crop_w = p.resize_w;
  }
  p.scale = config.flag("do_rescale", true) ? config.number("rescale_factor", 1.0 / 255, 1e-6, 1e6) : 1;
  if (config.flag("do_normalize", true))
    set_values(p, config.triple("image_mean"), config.deviations("image_std"));
  return p;
}

}  // namespace fxe
