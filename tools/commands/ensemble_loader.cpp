// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/ensemble_loader.h"

#include <algorithm>

#include "engine/bounded_json.h"
#include "engine/error.h"
#include "engine/input/classes.h"
#include "engine/input/published_preprocess.h"
#include "metareasoner/replay/for_each_block.h"
#include "networks/registry.h"
#include "tools/commands/batch_memory.h"
#include "tools/commands/compile_members.h"
#include "tools/commands/mean_image_file.h"
#include "tools/commands/thread_count.h"

namespace fxe {

namespace {

namespace fs = std::filesystem;

EnsembleFile ensemble_of_one(const std::filesystem::path& path, const cxxopts::ParseResult& options) {
  EnsembleFile file;
  file.folder = path.parent_path();
  file.name = path.stem().string();
  MemberEntry member;
  member.name = file.name;
  member.model = path.filename();
  member.network = options["network"].as<std::string>();
  member.state_dict = options["state-dict"].as<std::string>();
  file.members.push_back(member);
  return file;
}

void check_input(const MemberEntry& member, const Model& model) {
  const Input input = model.input();
  const Preprocess& p = member.preprocess;
  if (input.c != 3 || input.h != p.crop_h || input.w != p.crop_w)
    throw bad_input("member '{}': preprocess gives 3x{}x{}, the network takes {}x{}x{}", member.name,
                    p.crop_h, p.crop_w, input.c, input.h, input.w);
}

// Index of `p` in `inputs`, where it is put if it is not there.
size_t intern(std::vector<Preprocess>& inputs, const Preprocess& p) {
  const auto found = std::find(inputs.begin(), inputs.end(), p);
  if (found != inputs.end()) return static_cast<size_t>(found - inputs.begin());
  inputs.push_back(p);
  return inputs.size() - 1;
}

void check_classes(const LoadedEnsemble& e, const fs::path& file) {
  for (size_t i = 0; i < e.models.size(); ++i) {
    const auto classes = e.models[i].model.classes();
    if (!e.classes.empty() && static_cast<size_t>(classes) != e.classes.size())
      throw bad_input("{}: {} classes, but member '{}' has {}", file.string(), e.classes.size(),
                      e.file.members[i].name, classes);
    if (classes != e.models[0].model.classes())
      throw bad_input("members differ in classes: '{}' has {}, '{}' has {}", e.file.members[0].name,
                      e.models[0].model.classes(), e.file.members[i].name, classes);
  }
}

}  // namespace

void add_network_option(cxxopts::Options& options) {
  options.add_options("A single model")("network", "builder, such as resnet50 or mobilenet_v1:width=0.25",
                                        cxxopts::value<std::string>()->default_value(""))(
      "input", "HxW or C,H,W, for a caffemodel that does not say its size or is to run at another",
      cxxopts::value<std::string>()->default_value(""))(
      "state-dict", "which set of weights of a PyTorch checkpoint, such as state_dict_ema",
      cxxopts::value<std::string>()->default_value(""));
}

void add_model_options(cxxopts::Options& options) {
  add_network_option(options);
  options.add_options("A single model")(
      "preprocess", "preset such as torchvision-224, or a JSON object as in ensemble files",
      cxxopts::value<std::string>()->default_value(""));
}

void refuse_model_options(const cxxopts::ParseResult& options, const fs::path& ensemble) {
  for (const char* key : {"network", "preprocess", "input", "state-dict"})
    if (options.count(key))
      throw bad_input("{}: an ensemble says this for each member; --{} is for a single model",
                      ensemble.string(), key);
}

Preprocess parse_preprocess_option(const std::string& text) {
  if (!text.starts_with('{')) return parse_preprocess(text, "--preprocess");
  nlohmann::json json;
  try {
    json = parse_json<nlohmann::json>(text, {.bytes = 1 << 16, .depth = 4, .keys = 16});
  } catch (const Error& e) {
    throw bad_input("--preprocess: expected a preset or JSON, found '{}': {}", text.substr(0, 80), e.what());
  }
  Preprocess p = parse_preprocess(json, "--preprocess");
  if (!p.mean_file.empty()) p.mean_file = fs::absolute(p.mean_file).string();
  return p;
}

LoadedModel load_member(const EnsembleFile& file, const MemberEntry& member) {
  const Preprocess& p = member.preprocess;
  return load_model(file.folder / member.model, member.network,
                    {Input{3, p.crop_h, p.crop_w}, member.state_dict});
}

Preprocess usual_preprocess_of(LoadedModel& loaded, const std::string& path) {
  const Input input = loaded.model.input();
  const auto fits = [&](const Preprocess& p) { return p.crop_h == input.h && p.crop_w == input.w; };
  const auto name = published_name(path);
  if (const auto preset = published_preset(name)) {
    const auto p = parse_preprocess(*preset, path);
    if (fits(p)) {
      loaded.notes.push_back(fmt::format("{}: images as published, {}", name, *preset));
      return p;
    }
  }
  if (!loaded.network.empty()) {
    const auto usual = std::string(usual_preprocess(loaded.network));
    const auto p = parse_preprocess(usual, path);
    if (fits(p)) {
      loaded.notes.push_back(fmt::format("{}: images as usual for {}, {}", name, loaded.network, usual));
      return p;
    }
  }
  if (loaded.format == "Caffe" && input.c == 3 && input.h == input.w && input.h <= 256) {
    const auto preset = fmt::format("caffe-{}", input.h);
    loaded.notes.push_back(fmt::format(
        "{}: images are prepared as Caffe's ImageNet models expect them, {} (blue first, minus 104, "
        "117, 123); another way is named with --preprocess",
        fs::path(path).filename().string(), preset));
    return parse_preprocess(preset, path);
  }
  throw bad_input(
      "{}: the file does not say how images are prepared; name it with --preprocess, such as "
      "torchvision-{}-{}",
      path, input.h * 8 / 7, input.h);
}

namespace {

// A model that is no member of an ensemble file: how its images are prepared comes from the options, or is
// the usual way.
LoadedModel load_single(MemberEntry& member, const fs::path& path, const cxxopts::ParseResult& options) {
  const auto preprocess = options["preprocess"].as<std::string>();
  const auto asked = parse_input_option(options["input"].as<std::string>());
  if (!preprocess.empty()) member.preprocess = parse_preprocess_option(preprocess);
  const Input crop{3, member.preprocess.crop_h, member.preprocess.crop_w};
  LoadedModel loaded = load_model(
      path, member.network, {asked || preprocess.empty() ? asked : std::optional(crop), member.state_dict});
  expect_input(loaded, asked, path);
  if (preprocess.empty()) member.preprocess = usual_preprocess_of(loaded, path.string());
  return loaded;
}

}  // namespace

LoadedEnsemble load_ensemble(const std::filesystem::path& path, const cxxopts::ParseResult& options) {
  LoadedEnsemble e;
  const bool is_ensemble = is_ensemble_file(path);
  if (is_ensemble) refuse_model_options(options, path);
  e.file = is_ensemble ? read_ensemble_file(path) : ensemble_of_one(path, options);
  fs::path classes = e.file.classes.empty() ? fs::path() : e.file.folder / e.file.classes;
  if (options.count("classes")) classes = options["classes"].as<std::string>();
  if (!classes.empty()) e.classes = read_classes(classes);
  MeanImageFiles mean_images;
  e.models.resize(e.file.members.size());
  const int threads = std::min(thread_count(read_common_options(options)), static_cast<int>(e.models.size()));
  for_each_block(e.models.size(), threads, [&](size_t, size_t i) {
    MemberEntry& member = e.file.members[i];
    e.models[i] = is_ensemble ? load_member(e.file, member) : load_single(member, path, options);
  });
  for (size_t i = 0; i < e.models.size(); ++i) {
    MemberEntry& member = e.file.members[i];
    const LoadedModel& loaded = e.models[i];
    mean_images.load(member.preprocess, e.file.folder);
    check_input(member, loaded.model);
    e.input_of.push_back(intern(e.inputs, member.preprocess));
    e.notes.insert(e.notes.end(), loaded.notes.begin(), loaded.notes.end());
    e.parameters += parameters_of(loaded.model);
  }
  check_classes(e, classes);
  return e;
}

Runtime make_runtime(LoadedEnsemble& ensemble, const RunOptions& options) {
  Runtime r = make_members(ensemble, options);
  if (r.device.is_cuda && options.launch == "stream") r.ranges = make_profiler_ranges(member_pointers(r));
  add_executor(r, ensemble, options);
  return r;
}

std::vector<PlanMember*> member_pointers(const Runtime& r) {
  std::vector<PlanMember*> members;
  for (const auto& m : r.members) members.push_back(m.get());
  return members;
}

std::vector<MemberSlot> member_slots(const Runtime& r, const LoadedEnsemble& ensemble) {
  std::vector<MemberSlot> slots;
  for (size_t i = 0; i < r.members.size(); ++i) slots.push_back({r.members[i].get(), ensemble.input_of[i]});
  return slots;
}

Runtime make_members(LoadedEnsemble& ensemble, const RunOptions& options) {
  Runtime r;
  r.device = choose_device(options);
  r.inputs = image_inputs(r.device, ensemble.inputs);
  for (ImageInput& input : r.inputs) input.as_pixels = input.as_pixels && options.pixels;
  r.members = compile_members(ensemble, *r.device.backend, options);
  return r;
}

void add_executor(Runtime& r, const LoadedEnsemble& ensemble, const RunOptions& options) {
  std::vector<size_t> input_bytes;
  for (const ImageInput& input : r.inputs)
    input_bytes.push_back(static_cast<size_t>(options.sides) * input.bytes());
  if (r.device.is_cuda) check_batch_fits(member_pointers(r), input_bytes, free_gpu_bytes());
  r.executor = make_executor(r.device, member_slots(r, ensemble), r.inputs, options);
}

}  // namespace fxe
