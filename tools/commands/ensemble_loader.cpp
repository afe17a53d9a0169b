// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/ensemble_loader.h"

#include <algorithm>
#include <atomic>

#include "engine/available_memory.h"
#include "engine/error.h"
#include "engine/input/classes.h"
#include "engine/input/imagenet_classes.h"
#include "engine/input/published_preprocess.h"
#include "metareasoner/replay/for_each_block.h"
#include "tools/commands/batch_memory.h"
#include "tools/commands/compile_members.h"
#include "tools/commands/mean_image_file.h"
#include "tools/commands/single_model.h"
#include "tools/commands/thread_count.h"
#include "tools/reports/notes.h"
#include "tools/reports/progress.h"
#include "weights_converter/sharded_weights.h"

namespace fxe {

namespace {

namespace fs = std::filesystem;

EnsembleFile ensemble_of_one(const std::filesystem::path& path, const cxxopts::ParseResult& options) {
  EnsembleFile file;
  const fs::path model = file_in_folder(path);
  file.folder = model.parent_path();
  file.name = published_name(model);
  MemberEntry member;
  member.name = file.name;
  member.model = model.filename();
  member.network = options["network"].as<std::string>();
  member.state_dict = options["state-dict"].as<std::string>();
  member.output = options["output-name"].as<std::string>();
  file.members.push_back(member);
  return file;
}

// Index of `p` in `inputs`, which it is added to if missing.
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

// Whether every member's file has a name that torchvision or timm published, and ImageNet's 1000 classes.
bool is_published_imagenet(const LoadedEnsemble& e) {
  return e.models[0].model.classes() == static_cast<int64_t>(imagenet_classes().size()) &&
         std::ranges::all_of(e.file.members, [&](const MemberEntry& member) {
           return published_preset(published_name(e.file.folder / member.model)).has_value();
         });
}

}  // namespace

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

ReadChoices read_choices(const cxxopts::ParseResult& options) {
  return {parse_input_option(options["input"].as<std::string>()), options["state-dict"].as<std::string>(),
          options["output-name"].as<std::string>()};
}

void add_model_options(cxxopts::Options& options) {
  add_network_option(options);
  add_options(options,
              {{"preprocess", "P", "preset such as torchvision-224, or a JSON object as in ensemble files"}},
              kSingleModelGroup);
}

void refuse_model_options(const cxxopts::ParseResult& options, const fs::path& ensemble) {
  for (const char* key : {"network", "preprocess", "input", "state-dict", "output-name"})
    if (options.count(key))
      throw bad_input("{}: --{} is for a single model; an ensemble file says it for each member",
                      ensemble.string(), key);
}

LoadedModel load_member(const EnsembleFile& file, const MemberEntry& member) {
  const Preprocess& p = member.preprocess;
  return load_model(file.folder / member.model, member.network,
                    {Input{3, p.crop_h, p.crop_w}, member.state_dict, member.output});
}

LoadedEnsemble load_ensemble(const std::filesystem::path& path, const cxxopts::ParseResult& options,
                             bool needs_images) {
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
  {
    Progress progress("reading", "members", e.models.size(), options.count("quiet") > 0);
    std::atomic<size_t> read{0};
    for_each_block(e.models.size(), threads, [&](size_t, size_t i) {
      MemberEntry& member = e.file.members[i];
      if (is_ensemble) {
        e.models[i] = load_member(e.file, member);
      } else {
        auto [loaded, preprocess, labels] =
            load_single_model(path,
                              {.network = member.network,
                               .preprocess = options["preprocess"].as<std::string>(),
                               .input = options["input"].as<std::string>(),
                               .state_dict = member.state_dict,
                               .output = member.output},
                              needs_images);
        e.models[i] = std::move(loaded);
        member.preprocess = preprocess;
        if (e.classes.empty()) e.classes = std::move(labels);
      }
      progress.advance(++read);
    });
  }
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> notes;
  for (size_t i = 0; i < e.models.size(); ++i) {
    MemberEntry& member = e.file.members[i];
    const LoadedModel& loaded = e.models[i];
    mean_images.load(member.preprocess, e.file.folder);
    expect_size(loaded, member.preprocess, fmt::format("member '{}'", member.name));
    e.input_of.push_back(intern(e.inputs, member.preprocess));
    names.push_back(member.name);
    notes.push_back(loaded.notes);
    e.parameters += parameters_of(loaded.model);
  }
  e.notes = notes_by_text(names, notes);
  check_classes(e, classes);
  if (e.classes.empty() && is_published_imagenet(e)) e.classes = imagenet_classes();
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
  r.max_pixels = options.max_pixels;
  const auto compile = [&] { r.members = compile_members(ensemble, *r.device.backend, options); };
  std::vector<LoadedModel> again;  // compiling frees them; kept for the CPU if a GPU was not asked for
  if (r.device.is_cuda && options.device == "auto") again = ensemble.models;
  try {
    compile();
  } catch (const Error& e) {
    if (!r.device.is_cuda || !falls_back_to_cpu(options, e)) throw;
    ensemble.models = std::move(again);
    RunOptions on_cpu = options;
    on_cpu.device = "cpu";
    r.device = choose_device(on_cpu);
    compile();
  }
  r.inputs = image_inputs(r.device, ensemble.inputs);
  for (ImageInput& input : r.inputs) input.as_pixels = input.as_pixels && options.pixels;
  return r;
}

void add_executor(Runtime& r, const LoadedEnsemble& ensemble, const RunOptions& options) {
  std::vector<size_t> input_bytes;
  // The CPU's executor keeps images as they came, and those that go on.
  const auto copies = static_cast<size_t>(r.device.is_cuda ? options.sides : 2);
  for (const ImageInput& input : r.inputs) input_bytes.push_back(copies * input.bytes());
  check_batch_fits(member_pointers(r), input_bytes, r.device.is_cuda ? free_gpu_bytes() : available_memory(),
                   r.device.is_cuda);
  r.executor = make_executor(r.device, member_slots(r, ensemble), r.inputs, options);
}

}  // namespace fxe
