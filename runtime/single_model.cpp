// SPDX-License-Identifier: Apache-2.0
#include "runtime/single_model.h"

#include <algorithm>
#include <utility>

#include "engine/error.h"
#include "engine/input/published_preprocess.h"
#include "networks/registry.h"
#include "runtime/model_config.h"
#include "weights_converter/sharded_weights.h"

namespace fxe {

namespace {

namespace fs = std::filesystem;

bool fits(const Preprocess& p, const Input& input) { return p.crop_h == input.h && p.crop_w == input.w; }

// Ways to prepare images, the usual one first, and where they come from.
struct Offer {
  std::vector<Preprocess> ways;
  std::string says;  // "published, timm-224-0.95-bicubic"; empty: the ways need no comment
};

// What is known about this very file; empty if nothing is.
Offer offer_for(const fs::path& path, const ModelConfig& config, const LoadedModel& loaded) {
  if (config.classes && config.classes != loaded.model.classes())
    throw bad_input("{}: num_classes is {}, but {} has {}", config.file, config.classes, path.string(),
                    loaded.model.classes());
  if (!config.preprocess.empty())
    return {config.preprocess, fmt::format("{} says", fs::path(config.file).filename().string())};
  if (const auto preset = published_preset(published_name(path)))
    return {{parse_preprocess(*preset, path.string())}, fmt::format("published, {}", *preset)};
  return {};
}

// What is usual for files of its kind.
Offer usual_for(const fs::path& path, const LoadedModel& loaded) {
  const Input input = loaded.model.input();
  if (!loaded.network.empty()) {
    const auto usual = std::string(usual_preprocess(loaded.network));
    return {{parse_preprocess(usual, path.string())}, fmt::format("usual for {}, {}", loaded.network, usual)};
  }
  if (loaded.format == "Caffe" && input.c == 3 && input.h == input.w && input.h <= 256) {
    const auto preset = fmt::format("caffe-{}", input.h);
    return {
        {parse_preprocess(preset, path.string())},
        fmt::format(
            "Caffe's ImageNet models expect them, {} (blue first, minus 104, 117, 123); --preprocess names "
            "another way",
            preset)};
  }
  return {};
}

}  // namespace

void refuse_model_request(const ModelRequest& asked, const fs::path& ensemble) {
  const std::pair<const char*, bool> given[] = {{"network", !asked.network.empty()},
                                                {"preprocess", asked.preprocess.has_value()},
                                                {"input", asked.choices.input.has_value()},
                                                {"state-dict", !asked.choices.state_dict.empty()},
                                                {"output-name", !asked.choices.output.empty()}};
  for (const auto& [option, is_given] : given)
    if (is_given)
      throw bad_input("{}: --{} is for a single model; an ensemble file says it for each member",
                      ensemble.string(), option);
}

SingleModel load_single_model(const fs::path& given, const ModelRequest& asked, bool needs_images) {
  const fs::path path = file_in_folder(given);
  const std::optional<Input>& input = asked.choices.input;
  const auto load = [&](const std::optional<Input>& size) {
    LoadedModel loaded =
        load_model(path, asked.network, {size, asked.choices.state_dict, asked.choices.output});
    expect_input(loaded, input, path);
    return loaded;
  };
  if (asked.preprocess) {
    const Preprocess& p = *asked.preprocess;
    return {load(input ? input : Input{3, p.crop_h, p.crop_w}), p, {}};
  }

  const ModelConfig config = read_model_config(path);
  SingleModel m{load(input), {}, {}};
  if (static_cast<int64_t>(config.labels.size()) == m.loaded.model.classes()) m.classes = config.labels;
  Offer offer = offer_for(path, config, m.loaded);
  const bool special = !offer.ways.empty();
  if (!special) offer = usual_for(path, m.loaded);
  const auto fitting = [&] {
    return std::ranges::find_if(offer.ways, [&](const auto& p) { return fits(p, m.loaded.model.input()); });
  };
  auto way = fitting();
  if (way == offer.ways.end() && special && asked.network.find("input=") == std::string::npos &&
      !m.loaded.network.empty()) {
    const auto network = network_at(m.loaded.network, {3, offer.ways[0].crop_h, offer.ways[0].crop_w});
    auto notes = std::move(m.loaded.notes);
    m.loaded = load_model(path, network, asked.choices);
    m.loaded.notes = std::move(notes);
    way = fitting();
  }
  const Input size = m.loaded.model.input();
  if (way != offer.ways.end()) {
    m.preprocess = *way;
    m.loaded.notes.push_back(
        fmt::format("images as {}{}", offer.says, offer.says.ends_with("says") ? ": " + describe(*way) : ""));
  } else if (!needs_images) {
    m.preprocess.crop_h = static_cast<int>(size.h);
    m.preprocess.crop_w = static_cast<int>(size.w);
  } else if (special) {
    throw bad_input(
        "{}: takes images of {}x{}x{}, but as {} they are 3x{}x{}; say how they are prepared with "
        "--preprocess",
        path.string(), size.c, size.h, size.w, offer.says, offer.ways[0].crop_h, offer.ways[0].crop_w);
  } else {
    throw bad_input(
        "{}: the file does not say how images are prepared; name it with --preprocess, such as "
        "torchvision-{}-{}",
        path.string(), size.h * 8 / 7, size.h);
  }
  return m;
}

}  // namespace fxe
