// SPDX-License-Identifier: Apache-2.0
#include "engine/input/preprocess_presets.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

#include "engine/error.h"
#include "engine/input/torchvision_weights.h"

namespace fxe {

namespace {

constexpr int kMaxSize = 1 << 13;
constexpr std::array<double, 3> kImageNetMean = {0.485, 0.456, 0.406}, kImageNetStd = {0.229, 0.224, 0.225};

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

using Words = std::vector<std::string_view>;

Words split(std::string_view text, char separator) {
  Words parts;
  while (true) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == text.npos) return parts;
    text.remove_prefix(at + 1);
  }
}

template <class T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<int> size(std::string_view text, int largest = kMaxSize) {
  const auto value = number<int>(text);
  return value && *value >= 1 && *value <= largest ? value : std::nullopt;
}

std::optional<Preprocess> torchvision(const Words& words) {
  if (words.size() == 2 && words[1] == "224") return imagenet(256, 224);
  if (words.size() < 3 || words.size() > 4) return std::nullopt;
  const auto to = size(words[1]), crop = size(words[2]);
  const auto filter = words.size() == 4 ? words[3] : "bilinear";
  if (!to || !crop || (filter != "bilinear" && filter != "bicubic")) return std::nullopt;
  return imagenet(*to, *crop, filter == "bicubic" ? Filter::bicubic : Filter::bilinear);
}

// timm: 'squash' takes each side to floor(size / crop); 'border' fits the longer side and fills up with the
// mean's colour.
std::optional<Preprocess> timm(const Words& words) {
  if (words.size() < 3) return std::nullopt;
  const auto crop = size(words[1]);
  const auto share = number<double>(words[2]);
  if (!crop || !share || !(*share > 0.1) || *share > 1 || *crop / *share > 2 * kMaxSize) return std::nullopt;
  Preprocess p = imagenet(static_cast<int>(std::floor(*crop / *share)), *crop, Filter::bicubic);
  bool border = false;
  Words rest(words.begin() + 3, words.end());
  const auto take = [&](std::string_view word) {
    const auto found = std::ranges::find(rest, word);
    if (found == rest.end()) return false;
    rest.erase(found);
    return true;
  };
  if (!take("bicubic") && take("bilinear")) p.filter = Filter::bilinear;
  if (take("squash"))
    p.side = Preprocess::Side::both;
  else if ((border = take("border")))
    p.side = Preprocess::Side::longer;
  else
    take("center");
  if (take("inception")) {
    p.mean = p.std = {0.5, 0.5, 0.5};
  } else if (take("clip")) {
    p.mean = {0.48145466, 0.4578275, 0.40821073};
    p.std = {0.26862954, 0.26130258, 0.27577711};
  } else if (take("unit")) {
    p.mean = {};
    p.std = {1, 1, 1};
  }
  if (!rest.empty()) return std::nullopt;
  for (size_t c = 0; border && c < 3; ++c) p.fill[c] = static_cast<uint8_t>(std::nearbyint(255 * p.mean[c]));
  return p;
}

std::optional<Preprocess> find(const std::string& name) {
  const auto words = split(name, '-');
  if (name == "cifar-32")
    return Preprocess{.crop_h = 32, .crop_w = 32, .mean = kImageNetMean, .std = kImageNetStd};
  if (name == "mlperf-resnet50") {
    Preprocess p = imagenet(256, 224, Filter::area);
    p.crop_rounding = Preprocess::Rounding::down;
    p.scale = 1;
    p.mean = {123.68, 116.78, 103.94};
    p.std = {1, 1, 1};
    return p;
  }
  if (name == "mlperf-mobilenet") {
    Preprocess p = imagenet(256, 224);
    p.antialias = false;
    p.crop_rounding = Preprocess::Rounding::down;
    p.mean = p.std = {0.5, 0.5, 0.5};
    return p;
  }
  if (words[0] == "torchvision") return torchvision(words);
  if (words[0] == "timm") return timm(words);
  if (words.size() != 2) return std::nullopt;
  if (const auto crop = size(words[1], 256); crop && words[0] == "caffe")
    return Preprocess{.side = Preprocess::Side::both,
                      .resize_h = 256,
                      .resize_w = 256,
                      .antialias = false,
                      .crop_h = *crop,
                      .crop_w = *crop,
                      .crop_rounding = Preprocess::Rounding::down,
                      .channels = Preprocess::Channels::bgr,
                      .scale = 1,
                      .mean = {104, 117, 123}};
  if (const auto both = size(words[1]); both && words[0] == "squash") {
    Preprocess p = imagenet(*both, *both);
    p.side = Preprocess::Side::both;
    return p;
  }
  return std::nullopt;
}

}  // namespace

Preprocess preprocess_preset(const std::string& name, std::string_view where) {
  constexpr std::string_view kPillow13 = "-pillow13";
  if (name.ends_with(kPillow13)) {
    Preprocess p = preprocess_preset(name.substr(0, name.size() - kPillow13.size()), where);
    if (!p.by_pillow())
      throw bad_input("{}: '{}': this preset does not resize as Pillow does; leave out '{}'", where, name,
                      kPillow13);
    p.pillow = Pillow::from_13;
    return p;
  }
  constexpr std::string_view kWeights = "torchvision:";
  if (name.starts_with(kWeights))
    return preprocess_preset(torchvision_weights_named(name.substr(kWeights.size()), where).preset, where);
  if (const auto p = find(name)) return *p;
  throw bad_input(
      "{}: unknown preset '{}'; expected torchvision-224, torchvision-RESIZE-CROP[-bicubic], "
      "torchvision:WEIGHTS, timm-SIZE-CROP[-bilinear][-squash|-border][-inception|-clip|-unit] (such as "
      "timm-224-0.95-bicubic), mlperf-resnet50, mlperf-mobilenet, squash-SIZE, caffe-CROP or cifar-32; "
      "with -pillow13 behind it, resized as by Pillow 13 and later",
      where, name);
}

}  // namespace fxe
