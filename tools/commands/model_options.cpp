// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/model_options.h"

#include <algorithm>
#include <cstdio>

#include "engine/bounded_json.h"
#include "engine/error.h"
#include "engine/input/preprocess_presets.h"
#include "tools/reports/progress_bar.h"

namespace fxe {

void add_network_option(cxxopts::Options& options) {
  add_options(
      options,
      {{"network", "N", "builder, such as resnet50 or mobilenet_v1:width=0.25"},
       {"input", "HxW",
        "or C,H,W: if a caffemodel or ONNX file leaves it open, or to run a caffemodel at another size"},
       {"state-dict", "KEY", "which weights of a PyTorch checkpoint, such as state_dict_ema"},
       {"output-name", "NAME",
        "which value of an ONNX model holds the logits; default: its first readable output"}},
      kSingleModelGroup);
}

void add_model_options(cxxopts::Options& options) {
  add_network_option(options);
  add_options(options,
              {{"preprocess", "P", "preset such as torchvision-224, or a JSON object as in ensemble files"}},
              kSingleModelGroup);
}

std::optional<Input> parse_input_option(const std::string& text) {
  if (text.empty()) return std::nullopt;
  Input input;
  int h = 0, w = 0, c = 3, end = 0;
  const auto whole = [&] { return static_cast<size_t>(end) == text.size(); };
  const bool read = (std::sscanf(text.c_str(), "%5dx%5d%n", &h, &w, &end) == 2 && whole()) ||
                    (std::sscanf(text.c_str(), "%5d,%5d,%5d%n", &c, &h, &w, &end) == 3 && whole());
  constexpr int kMaxSize = 1 << 14;
  if (!read || std::min({c, h, w}) < 1 || std::max({c, h, w}) > kMaxSize)
    throw bad_input("--input: expected HEIGHTxWIDTH or CHANNELS,HEIGHT,WIDTH, such as 227x227, found '{}'",
                    text.substr(0, 40));
  return Input{c, h, w};
}

std::optional<Preprocess> parse_preprocess_option(const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (!text.starts_with('{')) return parse_preprocess(text, "--preprocess");
  nlohmann::json json;
  try {
    json = parse_json<nlohmann::json>(text, {.bytes = 1 << 16, .depth = 4, .keys = 16});
  } catch (const Error& e) {
    throw bad_input("--preprocess: expected a preset or JSON, found '{}': {}", text.substr(0, 80), e.what());
  }
  Preprocess p = parse_preprocess(json, "--preprocess");
  if (!p.mean_file.empty()) p.mean_file = std::filesystem::absolute(p.mean_file).string();
  return p;
}

ModelRequest read_model_request(const cxxopts::ParseResult& parsed) {
  ModelRequest asked;
  asked.network = parsed["network"].as<std::string>();
  asked.choices = {parse_input_option(parsed["input"].as<std::string>()),
                   parsed["state-dict"].as<std::string>(), parsed["output-name"].as<std::string>()};
  if (parsed.count("preprocess"))
    asked.preprocess = parse_preprocess_option(parsed["preprocess"].as<std::string>());
  return asked;
}

LoadOptions read_load_options(const cxxopts::ParseResult& parsed, bool needs_images) {
  const CommandOptions common = read_common_options(parsed);
  LoadOptions load{.model = read_model_request(parsed),
                   .threads = common.threads,
                   .needs_images = needs_images,
                   .progress = progress_bar("reading", "members", common.quiet)};
  if (parsed.count("classes")) load.classes = parsed["classes"].as<std::string>();
  return load;
}

}  // namespace fxe
