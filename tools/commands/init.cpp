// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "engine/error.h"
#include "engine/input/classes.h"
#include "engine/input/published_preprocess.h"
#include "tools/commands/commands.h"
#include "tools/commands/ensemble_loader.h"
#include "tools/commands/json_file.h"
#include "tools/commands/mean_image_file.h"
#include "tools/commands/model_files.h"
#include "tools/commands/single_model.h"

namespace fxe {

namespace {

namespace fs = std::filesystem;

// One value for all members, or one each, in their order.
const std::string& value_for(const std::vector<std::string>& values, size_t i, size_t count,
                             const char* option) {
  if (values.size() != 1 && values.size() != count)
    throw bad_input("--{}: expected one for all models or {}, found {}", option, count, values.size());
  return values[values.size() == 1 ? 0 : i];
}

// As the ensemble file will name it: relative to its folder where that is possible.
fs::path relative_to(const fs::path& path, const fs::path& ensemble) {
  const auto folder = fs::absolute(ensemble).parent_path();
  const auto relative = fs::absolute(path).lexically_relative(folder.lexically_normal());
  return relative.empty() ? fs::absolute(path) : relative;
}

std::string unique_name(std::set<std::string>& taken, const std::string& wanted) {
  std::string name = wanted;
  for (int i = 2; !taken.insert(name).second; ++i) name = fmt::format("{}-{}", wanted, i);
  return name;
}

// Reads a model and fills in its entry.
LoadedModel load_member_of(MemberEntry& member, const std::string& model, const ModelRequest& asked,
                           const std::string& mean, const fs::path& output) {
  auto [loaded, preprocess] = load_single_model(model, asked);
  Preprocess& p = member.preprocess = std::move(preprocess);
  if (!mean.empty()) {
    p.mean = {};
    p.mean_file = mean;
  }
  MeanImageFiles().load(p, "");
  if (!p.mean_file.empty()) p.mean_file = relative_to(p.mean_file, output).generic_string();
  member.model = relative_to(model, output);
  member.network = loaded.network;
  member.state_dict = asked.state_dict;
  return std::move(loaded);
}

void refuse_overwriting(const std::vector<std::string>& models, const fs::path& output) {
  std::error_code error;
  for (const auto& model : models)
    if (fs::equivalent(model, output, error))
      throw bad_input("-o {}: that is a model; give the ensemble file a name of its own", output.string());
}

// What was found out about one member, for people and for scripts.
nlohmann::ordered_json report_member(const MemberEntry& member, const LoadedModel& loaded, bool quiet) {
  if (!quiet) {
    for (const auto& note : loaded.notes) fmt::print("{}\n", note);
    fmt::print("{:<24} {} {}\n", member.name, loaded.format, loaded.network);
  }
  return {{"name", member.name},       {"model", member.model.generic_string()},   {"format", loaded.format},
          {"network", loaded.network}, {"preprocess", to_json(member.preprocess)}, {"notes", loaded.notes}};
}

}  // namespace

int run_init(int argc, char** argv) {
  cxxopts::Options options("fxe init",
                           "Makes an ensemble file of weight files; members run in the order given.");
  options.add_options()("o,output", "the ensemble file", cxxopts::value<std::string>()->default_value(""))(
      "network", "builder for all models, or one each (repeat the option); recognised where left out",
      cxxopts::value<std::vector<std::string>>())("preprocess", "preset or JSON for all models, or one each",
                                                  cxxopts::value<std::vector<std::string>>())(
      "input",
      "HxW or C,H,W for all models, or one each: another size than usual, for caffemodels and networks built "
      "by name",
      cxxopts::value<std::vector<std::string>>())(
      "mean", "mean image (Caffe's binaryproto) for all models, or one each, in place of their mean",
      cxxopts::value<std::vector<std::string>>())(
      "state-dict",
      "which set of weights of PyTorch checkpoints, such as state_dict_ema, for all or one each",
      cxxopts::value<std::vector<std::string>>())("classes", "class names, one a line",
                                                  cxxopts::value<std::string>()->default_value(""))(
      "combine", "logits | probabilities", cxxopts::value<std::string>()->default_value("logits"))(
      "name", "of the ensemble", cxxopts::value<std::string>()->default_value(""));
  add_common_options(options);
  const auto parsed = parse_options(options, argc, argv, "models", 1, "MODEL... -o ENSEMBLE");
  if (!parsed) return 0;
  const RunOptions run = read_common_options(*parsed);
  const auto models = model_files((*parsed)["models"].as<std::vector<std::string>>());
  const fs::path output = (*parsed)["output"].as<std::string>();
  if (output.empty()) throw bad_input("expected -o ENSEMBLE, the file to write");
  refuse_overwriting(models, output);
  const auto values_of = [&](const char* key) {
    return parsed->count(key) ? (*parsed)[key].as<std::vector<std::string>>() : std::vector<std::string>{""};
  };
  const auto networks = values_of("network"), preprocesses = values_of("preprocess"),
             inputs = values_of("input"), means = values_of("mean"), state_dicts = values_of("state-dict");

  EnsembleFile file;
  file.name = (*parsed)["name"].as<std::string>();
  if (file.name.empty()) file.name = output.stem().string();
  const auto combine = (*parsed)["combine"].as<std::string>();
  if (combine != "logits" && combine != "probabilities")
    throw bad_input("--combine: expected logits or probabilities, found '{}'", combine);
  file.combine = combine == "logits" ? Combine::logits : Combine::probabilities;
  size_t class_names = 0;
  if (const auto classes = (*parsed)["classes"].as<std::string>(); !classes.empty()) {
    class_names = read_classes(classes).size();
    file.classes = relative_to(classes, output);
  }

  std::set<std::string> taken;
  int64_t classes = 0;
  auto members = nlohmann::ordered_json::array();
  for (size_t i = 0; i < models.size(); ++i) {
    MemberEntry member;
    member.name = unique_name(taken, published_name(models[i]));
    const LoadedModel loaded =
        load_member_of(member, models[i],
                       {.network = value_for(networks, i, models.size(), "network"),
                        .preprocess = value_for(preprocesses, i, models.size(), "preprocess"),
                        .input = value_for(inputs, i, models.size(), "input"),
                        .state_dict = value_for(state_dicts, i, models.size(), "state-dict")},
                       value_for(means, i, models.size(), "mean"), output);
    expect_size(loaded, member.preprocess, models[i]);
    if (i > 0 && loaded.model.classes() != classes)
      throw bad_input("{}: {} classes, but {} has {}", models[i], loaded.model.classes(), models[0], classes);
    classes = loaded.model.classes();
    members.push_back(report_member(member, loaded, run.quiet));
    file.members.push_back(std::move(member));
  }
  if (class_names && class_names != static_cast<size_t>(classes))
    throw bad_input("{}: {} classes, but the models have {}", file.classes.string(), class_names, classes);
  write_ensemble_file(file, output);
  if (!run.quiet)
    fmt::print("{}: {} member{}, {} classes\n", output.string(), file.members.size(),
               file.members.size() == 1 ? "" : "s", classes);
  write_json(
      run.json,
      {{"schema", "fxe.init/1"}, {"ensemble", output.string()}, {"classes", classes}, {"members", members}});
  return 0;
}

}  // namespace fxe
