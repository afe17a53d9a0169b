// SPDX-License-Identifier: Apache-2.0
#include "networks/registry.h"

#include <charconv>
#include <functional>

#include "engine/error.h"
#include "engine/names.h"

namespace fxe {

namespace {

struct Entry {
  std::string_view name;
  std::function<Graph(const NetworkOptions&)> build;
  NetworkOptions defaults;
  std::string_view preprocess;
};

Entry imagenet(std::string_view name, std::function<Graph(const NetworkOptions&)> build,
               std::string_view preprocess = "torchvision-224") {
  return {name, std::move(build), {}, preprocess};
}

Entry resnet_row(std::string_view name, int depth, ResnetGroups groups = {}) {
  return imagenet(name, [=](const NetworkOptions& o) { return resnet(depth, o, groups); });
}

Entry cifar(std::string_view name, int depth) {
  return {name,
          [depth](const NetworkOptions& o) { return cifar_resnet(depth, o); },
          {.classes = 10, .input = {32, 32}},
          "cifar-32"};
}

Entry vgg_row(std::string_view name, int depth, bool batch_norm, Source source = Source::torchvision) {
  return imagenet(name, [=](const NetworkOptions& o) { return vgg(depth, batch_norm, source, o); });
}

Entry densenet_row(std::string_view name, int depth, bool dotted = false) {
  return imagenet(name, [=](const NetworkOptions& o) { return densenet(depth, dotted, o); });
}

// Names are those of the source framework. Where torchvision and timm give one name to two structures, timm's
// begins with timm_.
const std::vector<Entry>& entries() {
  constexpr std::string_view kTimm = "timm-224-0.875-bicubic";
  static const std::vector<Entry> kEntries = {
      imagenet("alexnet", alexnet), resnet_row("resnet18", 18), resnet_row("resnet34", 34),
      resnet_row("resnet50", 50), resnet_row("resnet101", 101), resnet_row("resnet152", 152),
      resnet_row("resnext50_32x4d", 50, {.groups = 32, .width_per_group = 4}),
      resnet_row("resnext101_32x8d", 101, {.groups = 32, .width_per_group = 8}),
      resnet_row("resnext101_64x4d", 101, {.groups = 64, .width_per_group = 4}),
      resnet_row("wide_resnet50_2", 50, {.width_per_group = 128}),
      resnet_row("wide_resnet101_2", 101, {.width_per_group = 128}), cifar("cifar_resnet8", 8),
      cifar("cifar_resnet14", 14), cifar("cifar_resnet20", 20), cifar("cifar_resnet32", 32),
      cifar("cifar_resnet44", 44), cifar("cifar_resnet56", 56), cifar("cifar_resnet110", 110),
      vgg_row("vgg11", 11, false), vgg_row("vgg13", 13, false), vgg_row("vgg16", 16, false),
      vgg_row("vgg19", 19, false), vgg_row("vgg11_bn", 11, true), vgg_row("vgg13_bn", 13, true),
      vgg_row("vgg16_bn", 16, true), vgg_row("vgg19_bn", 19, true),
      vgg_row("timm_vgg11", 11, false, Source::timm), vgg_row("timm_vgg13", 13, false, Source::timm),
      vgg_row("timm_vgg16", 16, false, Source::timm), vgg_row("timm_vgg19", 19, false, Source::timm),
      vgg_row("timm_vgg11_bn", 11, true, Source::timm), vgg_row("timm_vgg13_bn", 13, true, Source::timm),
      vgg_row("timm_vgg16_bn", 16, true, Source::timm), vgg_row("timm_vgg19_bn", 19, true, Source::timm),
      imagenet("squeezenet1_0", squeezenet1_0), imagenet("squeezenet1_1", squeezenet1_1),
      densenet_row("densenet121", 121), densenet_row("densenet161", 161), densenet_row("densenet169", 169),
      densenet_row("densenet201", 201), densenet_row("densenet121_dotted", 121, true),
      densenet_row("densenet161_dotted", 161, true), densenet_row("densenet169_dotted", 169, true),
      densenet_row("densenet201_dotted", 201, true),
      // As torchvision's transform_input: ImageNet's resizing, values from -1 to 1.
      imagenet("googlenet", googlenet, "timm-224-0.875-bilinear-inception"),
      imagenet("mobilenet_v1", mobilenet_v1), imagenet("mobilenet_v2", mobilenet_v2),
      imagenet("mobilenetv2_100", timm_mobilenet_v2, kTimm)};
  return kEntries;
}

const Entry& find_entry(std::string_view name) {
  for (const auto& e : entries())
    if (e.name == name) return e;
  const auto names = network_names();
  throw bad_input("no network is called '{}' (nearest: {}); fxe inspect --networks lists all", name,
                  fmt::join(nearest_names(name, names), ", "));
}

template <class T>
T parse_number(std::string_view key, std::string_view text, T low, T high) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !(value >= low && value <= high))
    throw bad_input("network option {}: expected a number from {} to {}, found '{}'", key, low, high, text);
  return value;
}

void set_option(NetworkOptions& options, std::string_view key, std::string_view value) {
  if (key == "classes") {
    options.classes = parse_number<int64_t>(key, value, 1, 1 << 24);
  } else if (key == "input") {
    const auto x = value.find('x');
    options.input.h = parse_number<int64_t>(key, value.substr(0, x), 1, 1 << 15);
    options.input.w =
        x == value.npos ? options.input.h : parse_number<int64_t>(key, value.substr(x + 1), 1, 1 << 15);
  } else if (key == "width") {
    options.width = parse_number<double>(key, value, 0.01, 16);
  } else if (key == "activation") {
    if (value == "relu")
      options.activation = Activation::relu();
    else if (value == "relu6")
      options.activation = Activation::relu6();
    else if (value == "leaky_relu")
      options.activation = Activation::leaky_relu(0.01f);
    else
      throw bad_input("network option activation: expected relu, relu6 or leaky_relu, found '{}'", value);
  } else if (key == "slope") {
    options.activation = Activation::leaky_relu(parse_number<float>(key, value, 0, 1));
  } else {
    throw bad_input("network option '{}': expected classes, input, width, activation or slope", key);
  }
}

}  // namespace

std::vector<std::string> network_names() {
  std::vector<std::string> names;
  for (const auto& e : entries()) names.emplace_back(e.name);
  return names;
}

Graph build_network(std::string_view spec) {
  const auto colon = spec.find(':');
  const Entry& entry = find_entry(spec.substr(0, colon));
  NetworkOptions options = entry.defaults;
  std::string_view rest = colon == spec.npos ? std::string_view{} : spec.substr(colon + 1);
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    const std::string_view item = rest.substr(0, comma);
    const auto equals = item.find('=');
    if (equals == item.npos)
      throw bad_input("network '{}': expected key=value after ':', found '{}'", spec, item);
    set_option(options, item.substr(0, equals), item.substr(equals + 1));
    rest = comma == rest.npos ? std::string_view{} : rest.substr(comma + 1);
  }
  return entry.build(options);
}

std::string_view usual_preprocess(std::string_view spec) {
  return find_entry(spec.substr(0, spec.find(':'))).preprocess;
}

}  // namespace fxe
