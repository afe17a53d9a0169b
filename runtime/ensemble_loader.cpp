// SPDX-License-Identifier: Apache-2.0
#include "runtime/ensemble_loader.h"

#include <algorithm>
#include <atomic>

#include "engine/error.h"
#include "engine/input/classes.h"
#include "engine/input/imagenet_classes.h"
#include "engine/input/published_preprocess.h"
#include "metareasoner/replay/for_each_block.h"
#include "runtime/mean_image_file.h"
#include "runtime/member_notes.h"
#include "runtime/thread_count.h"
#include "weights_converter/sharded_weights.h"

namespace fxe {

namespace {

namespace fs = std::filesystem;

EnsembleFile ensemble_of_one(const fs::path& path, const ModelRequest& asked) {
  EnsembleFile file;
  const fs::path model = file_in_folder(path);
  file.folder = model.parent_path();
  file.name = published_name(model);
  MemberEntry member;
  member.name = file.name;
  member.model = model.filename();
  member.network = asked.network;
  member.state_dict = asked.choices.state_dict;
  member.output = asked.choices.output;
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

LoadedModel load_member(const EnsembleFile& file, const MemberEntry& member) {
  const Preprocess& p = member.preprocess;
  return load_model(file.folder / member.model, member.network,
                    {Input{3, p.crop_h, p.crop_w}, member.state_dict, member.output});
}

LoadedEnsemble load_ensemble(const fs::path& path, const LoadOptions& options) {
  LoadedEnsemble e;
  const bool is_ensemble = is_ensemble_file(path);
  if (is_ensemble) refuse_model_request(options.model, path);
  e.file = is_ensemble ? read_ensemble_file(path) : ensemble_of_one(path, options.model);
  fs::path classes = e.file.classes.empty() ? fs::path() : e.file.folder / e.file.classes;
  if (options.classes) classes = *options.classes;
  if (!classes.empty()) e.classes = read_classes(classes);
  MeanImageFiles mean_images;
  e.models.resize(e.file.members.size());
  const size_t count = e.models.size();
  const int threads = std::min(thread_count(options.threads), static_cast<int>(count));
  const auto progress = [&](size_t done) {
    if (options.progress) options.progress(done, count);
  };
  progress(0);
  std::atomic<size_t> read{0};
  for_each_block(count, threads, [&](size_t, size_t i) {
    MemberEntry& member = e.file.members[i];
    if (is_ensemble) {
      e.models[i] = load_member(e.file, member);
    } else {
      auto [loaded, preprocess, labels] = load_single_model(path, options.model, options.needs_images);
      e.models[i] = std::move(loaded);
      member.preprocess = preprocess;
      if (e.classes.empty()) e.classes = std::move(labels);
    }
    progress(++read);
  });
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

}  // namespace fxe
