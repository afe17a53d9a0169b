// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

#include "engine/error.h"
#include "engine/input/preprocess.h"
#include "engine/names.h"

namespace fxe {

namespace {

using Json = nlohmann::json;
constexpr int kMaxSize = 1 << 14;
constexpr std::array<double, 3> kImageNetMean = {0.485, 0.456, 0.406}, kImageNetStd = {0.229, 0.224, 0.225};

void check_keys(const Json& object, std::vector<std::string> known, std::string_view where) {
  if (!object.is_object()) throw bad_input("{}: expected an object, found {}", where, object.type_name());
  for (const auto& [key, value] : object.items())
    if (std::find(known.begin(), known.end(), key) == known.end())
      throw bad_input("{}: unknown key '{}' (nearest: {})", where, key, nearest_names(key, known, 1).front());
}

double number(const Json& value, std::string_view where) {
  if (!value.is_number() || !std::isfinite(value.get<double>()))
    throw bad_input("{}: expected a number, found {}", where, value.dump().substr(0, 40));
  return value.get<double>();
}

int pixels(const Json& value, std::string_view where) {
  if (!value.is_number_integer() || value.get<int64_t>() < 1 || value.get<int64_t>() > kMaxSize)
    throw bad_input("{}: expected 1 to {} pixels, found {}", where, kMaxSize, value.dump().substr(0, 40));
  return value.get<int>();
}

// One number for both sides, or [height, width].
std::pair<int, int> pixel_pair(const Json& value, std::string_view where) {
  if (!value.is_array()) return {pixels(value, where), pixels(value, where)};
  if (value.size() != 2)
    throw bad_input("{}: expected [height, width], found {} values", where, value.size());
  return {pixels(value[0], where), pixels(value[1], where)};
}

std::string choice(const Json& value, std::vector<std::string> choices, std::string_view where) {
  for (const auto& c : choices)
    if (value == c) return c;
  throw bad_input("{}: expected {}, found {}", where, fmt::join(choices, ", "), value.dump().substr(0, 40));
}

std::array<double, 3> triple(const Json& value, std::string_view where) {
  if (!value.is_array() || value.size() != 3)
    throw bad_input("{}: expected three numbers, one per channel", where);
  return {number(value[0], where), number(value[1], where), number(value[2], where)};
}

Preprocess imagenet(int to, int crop, Filter filter = Filter::bilinear) {
  return {.side = Preprocess::Side::shorter,
          .resize_h = to,
          .resize_w = to,
          .filter = filter,
          .crop_h = crop,
          .crop_w = crop,
          .mean = kImageNetMean,
          .std = kImageNetStd};
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == text.npos) return parts;
    text.remove_prefix(at + 1);
  }
}

template <class T>
bool parse(std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

Preprocess preset(const std::string& name, std::string_view where) {
  const auto parts = split(name, '-');
  int a = 0, b = 0;
  double crop = 0;
  const auto valid = [](int size) { return size >= 1 && size <= kMaxSize / 2; };
  if (name == "cifar-32") return {.crop_h = 32, .crop_w = 32, .mean = kImageNetMean, .std = kImageNetStd};
  if (name == "torchvision-224") return imagenet(256, 224);
  if (parts[0] == "torchvision" && parts.size() == 3 && parse(parts[1], a) && parse(parts[2], b) &&
      valid(a) && valid(b))
    return imagenet(a, b);
  if (parts[0] == "caffe" && parts.size() == 2 && parse(parts[1], a) && a >= 1 && a <= 256)
    return {.side = Preprocess::Side::both,
            .resize_h = 256,
            .resize_w = 256,
            .antialias = false,
            .crop_h = a,
            .crop_w = a,
            .channels = Preprocess::Channels::bgr,
            .scale = 1,
            .mean = {104, 117, 123}};
  if (parts[0] == "squash" && parts.size() == 2 && parse(parts[1], a) && valid(a)) {
    auto p = imagenet(a, a);
    p.side = Preprocess::Side::both;
    return p;
  }
  if (parts[0] == "timm" && parts.size() >= 3 && parts.size() <= 4 && parse(parts[1], a) && valid(a) &&
      parse(parts[2], crop) && crop > 0.1 && crop <= 1 && std::floor(a / crop) <= kMaxSize) {
    const auto filter = parts.size() == 4 ? parts[3] : "bicubic";
    if (filter == "bicubic" || filter == "bilinear")
      return imagenet(static_cast<int>(std::floor(a / crop)), a,
                      filter == "bicubic" ? Filter::bicubic : Filter::bilinear);
  }
  throw bad_input(
      "{}: unknown preset '{}'; expected torchvision-224, torchvision-RESIZE-CROP, "
      "timm-SIZE-CROP[-bicubic|-bilinear]"
      " (such as timm-224-0.95-bicubic), squash-SIZE, caffe-CROP or cifar-32",
      where, name);
}

}  // namespace

Preprocess parse_preprocess(const Json& value, std::string_view where) {
  if (value.is_string()) return preset(value.get<std::string>(), where);
  check_keys(value, {"resize", "crop", "channels", "scale", "mean", "std", "mean_image"}, where);
  Preprocess p;
  if (value.contains("resize")) {
    const auto& resize = value["resize"];
    const auto here = fmt::format("{}.resize", where);
    check_keys(resize, {"to", "side", "filter", "antialias"}, here);
    const auto side = resize.contains("side")
                          ? choice(resize["side"], {"shorter", "both", "none"}, here + ".side")
                          : "shorter";
    p.side = side == "both"   ? Preprocess::Side::both
             : side == "none" ? Preprocess::Side::none
                              : Preprocess::Side::shorter;
    if (p.side != Preprocess::Side::none) {
      if (!resize.contains("to")) throw bad_input("{}: 'to' is missing; it is the size in pixels", here);
      std::tie(p.resize_h, p.resize_w) = pixel_pair(resize["to"], here + ".to");
      if (p.side == Preprocess::Side::shorter && p.resize_h != p.resize_w)
        throw bad_input("{}.to: the shorter side has one size, found two", here);
    }
    if (resize.contains("filter"))
      p.filter = choice(resize["filter"], {"bilinear", "bicubic"}, here + ".filter") == "bicubic"
                     ? Filter::bicubic
                     : Filter::bilinear;
    if (resize.contains("antialias") && p.side != Preprocess::Side::none) {
      if (!resize["antialias"].is_boolean())
        throw bad_input("{}.antialias: expected true or false, found {}", here,
                        resize["antialias"].dump().substr(0, 40));
      p.antialias = resize["antialias"].get<bool>();
      if (!p.antialias && p.filter != Filter::bilinear)
        throw bad_input("{}.antialias: false (as OpenCV resizes) goes with the filter bilinear only", here);
    }
  }
  if (!value.contains("crop"))
    throw bad_input("{}: 'crop' is missing; it is the network's input size", where);
  std::tie(p.crop_h, p.crop_w) = pixel_pair(value["crop"], fmt::format("{}.crop", where));
  if (value.contains("channels") &&
      choice(value["channels"], {"rgb", "bgr"}, fmt::format("{}.channels", where)) == "bgr")
    p.channels = Preprocess::Channels::bgr;
  if (value.contains("scale")) p.scale = number(value["scale"], fmt::format("{}.scale", where));
  if (value.contains("mean")) p.mean = triple(value["mean"], fmt::format("{}.mean", where));
  if (value.contains("std")) p.std = triple(value["std"], fmt::format("{}.std", where));
  if (value.contains("mean_image")) {
    if (!value["mean_image"].is_string() || value["mean_image"].get<std::string>().empty())
      throw bad_input("{}.mean_image: expected a file name, found {}", where,
                      value["mean_image"].dump().substr(0, 40));
    p.mean_file = value["mean_image"].get<std::string>();
  }
  for (double deviation : p.std)
    if (!(deviation > 0)) throw bad_input("{}.std: expected more than 0, found {}", where, deviation);
  return p;
}

nlohmann::ordered_json to_json(const Preprocess& p) {
  const auto pair = [](int h, int w) {
    return h == w ? nlohmann::ordered_json(h) : nlohmann::ordered_json({h, w});
  };
  nlohmann::ordered_json resize;
  if (p.side == Preprocess::Side::none) {
    resize["side"] = "none";
  } else {
    resize["to"] = pair(p.resize_h, p.resize_w);
    resize["side"] = p.side == Preprocess::Side::both ? "both" : "shorter";
    resize["filter"] = p.filter == Filter::bicubic ? "bicubic" : "bilinear";
    resize["antialias"] = p.antialias;
  }
  nlohmann::ordered_json json{{"resize", resize},
                              {"crop", pair(p.crop_h, p.crop_w)},
                              {"channels", p.channels == Preprocess::Channels::bgr ? "bgr" : "rgb"},
                              {"scale", p.scale},
                              {"mean", p.mean},
                              {"std", p.std}};
  if (!p.mean_file.empty()) json["mean_image"] = p.mean_file;
  return json;
}

}  // namespace fxe
