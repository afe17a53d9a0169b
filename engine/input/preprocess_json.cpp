// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/error.h"
#include "engine/input/preprocess.h"
#include "engine/input/preprocess_presets.h"
#include "engine/names.h"

namespace fxe {

namespace {

using Json = nlohmann::json;
constexpr int kMaxSize = 1 << 14;

// In the order of the enumerations.
constexpr const char* kSides[] = {"none", "shorter", "longer", "both"};
constexpr const char* kFilters[] = {"bilinear", "bicubic", "area"};
constexpr const char* kRoundings[] = {"half_even", "down"};
constexpr const char* kChannels[] = {"rgb", "bgr"};
constexpr auto kShorter = static_cast<size_t>(Preprocess::Side::shorter);

template <size_t N, class Enum>
const char* text(const char* const (&names)[N], Enum value) {
  return names[static_cast<size_t>(value)];
}

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

// The position of `value` among `choices`.
size_t choice(const Json& value, std::span<const char* const> choices, std::string_view where) {
  for (size_t i = 0; i < choices.size(); ++i)
    if (value == choices[i]) return i;
  throw bad_input("{}: expected {}, found {}", where, fmt::join(choices, ", "), value.dump().substr(0, 40));
}

std::array<double, 3> triple(const Json& value, std::string_view where) {
  if (!value.is_array() || value.size() != 3)
    throw bad_input("{}: expected three numbers, one per channel", where);
  return {number(value[0], where), number(value[1], where), number(value[2], where)};
}

std::array<uint8_t, 3> grey_levels(const Json& value, std::string_view where) {
  std::array<uint8_t, 3> levels{};
  const auto numbers = triple(value, where);
  for (size_t c = 0; c < 3; ++c) {
    if (!value[c].is_number_integer() || numbers[c] < 0 || numbers[c] > 255)
      throw bad_input("{}: expected three whole numbers of 0 to 255, found {}", where,
                      value.dump().substr(0, 40));
    levels[c] = static_cast<uint8_t>(numbers[c]);
  }
  return levels;
}

}  // namespace

Preprocess parse_preprocess(const Json& value, std::string_view where) {
  if (value.is_string()) return preprocess_preset(value.get<std::string>(), where);
  check_keys(value,
             {"resize", "crop", "crop_rounding", "fill", "channels", "scale", "mean", "std", "mean_image"},
             where);
  Preprocess p;
  if (value.contains("resize")) {
    const auto& resize = value["resize"];
    const auto here = fmt::format("{}.resize", where);
    check_keys(resize, {"to", "side", "filter", "antialias", "pillow"}, here);
    const auto side = resize.contains("side") ? choice(resize["side"], kSides, here + ".side") : kShorter;
    p.side = static_cast<Preprocess::Side>(side);
    if (p.side != Preprocess::Side::none) {
      if (!resize.contains("to")) throw bad_input("{}: 'to' is missing; it is the size in pixels", here);
      std::tie(p.resize_h, p.resize_w) = pixel_pair(resize["to"], here + ".to");
      if (p.side != Preprocess::Side::both && p.resize_h != p.resize_w)
        throw bad_input("{}.to: the {} side has one size, found two", here, kSides[side]);
    }
    if (resize.contains("filter"))
      p.filter = static_cast<Filter>(choice(resize["filter"], kFilters, here + ".filter"));
    if (resize.contains("pillow") && p.side != Preprocess::Side::none) {
      const auto& version = resize["pillow"];
      if (version != 12 && version != 13)
        throw bad_input("{}.pillow: expected 12 (and all before) or 13, found {}", here,
                        version.dump().substr(0, 40));
      p.pillow = version == 13 ? Pillow::from_13 : Pillow::up_to_12;
    }
    if (resize.contains("antialias") && p.side != Preprocess::Side::none) {
      if (!resize["antialias"].is_boolean())
        throw bad_input("{}.antialias: expected true or false, found {}", here,
                        resize["antialias"].dump().substr(0, 40));
      p.antialias = resize["antialias"].get<bool>();
      if (!p.antialias && p.filter != Filter::bilinear)
        throw bad_input("{}.antialias: false (as OpenCV resizes) goes with the filter bilinear only", here);
    }
    if (p.pillow == Pillow::from_13 && !p.by_pillow())
      throw bad_input("{}.pillow: 13 goes with Pillow's filters only: bilinear and bicubic, antialiased",
                      here);
  }
  if (!value.contains("crop"))
    throw bad_input("{}: 'crop' is missing; it is the network's input size", where);
  std::tie(p.crop_h, p.crop_w) = pixel_pair(value["crop"], fmt::format("{}.crop", where));
  if (value.contains("crop_rounding"))
    p.crop_rounding = static_cast<Preprocess::Rounding>(
        choice(value["crop_rounding"], kRoundings, fmt::format("{}.crop_rounding", where)));
  if (value.contains("fill")) p.fill = grey_levels(value["fill"], fmt::format("{}.fill", where));
  if (value.contains("channels"))
    p.channels = static_cast<Preprocess::Channels>(
        choice(value["channels"], kChannels, fmt::format("{}.channels", where)));
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
  // Not null at first: if memory fails while nlohmann's json becomes an object on its own, its destructor
  // follows a null pointer (before 3.11.3).
  auto resize = nlohmann::ordered_json::object();
  if (p.side != Preprocess::Side::none) resize["to"] = pair(p.resize_h, p.resize_w);
  resize["side"] = text(kSides, p.side);
  if (p.side != Preprocess::Side::none) {
    resize["filter"] = text(kFilters, p.filter);
    resize["antialias"] = p.antialias;
    if (p.pillow == Pillow::from_13) resize["pillow"] = 13;
  }
  nlohmann::ordered_json json = {{"resize", resize}, {"crop", pair(p.crop_h, p.crop_w)}};
  if (p.crop_rounding != Preprocess::Rounding::half_even)
    json["crop_rounding"] = text(kRoundings, p.crop_rounding);
  if (p.fill != std::array<uint8_t, 3>{}) json["fill"] = p.fill;
  json["channels"] = text(kChannels, p.channels);
  json["scale"] = p.scale;
  json["mean"] = p.mean;
  json["std"] = p.std;
  if (!p.mean_file.empty()) json["mean_image"] = p.mean_file;
  return json;
}

std::string describe(const Preprocess& p) {
  const auto pair = [](int h, int w) { return h == w ? fmt::format("{}", h) : fmt::format("{}x{}", h, w); };
  const char* kSide[] = {"", "shorter side", "longer side", "both sides"};
  std::string line = p.side == Preprocess::Side::none
                         ? "not resized"
                         : fmt::format("{} {} {}", kSide[static_cast<size_t>(p.side)],
                                       pair(p.resize_h, p.resize_w), text(kFilters, p.filter));
  if (p.pillow == Pillow::from_13) line += " of Pillow 13";
  line += fmt::format(", crop {}, mean {}, std {}", pair(p.crop_h, p.crop_w), fmt::join(p.mean, " "),
                      fmt::join(p.std, " "));
  if (p.scale != 1.0 / 255) line += fmt::format(", scale {}", p.scale);
  return line;
}

}  // namespace fxe
