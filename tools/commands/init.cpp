// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>
#include <set>

#include "engine/error.h"
#include "engine/input/classes.h"
#include "engine/input/published_preprocess.h"
#include "engine/utf8.h"
#include "runtime/ensemble_loader.h"
#include "runtime/mean_image_file.h"
#include "runtime/member_notes.h"
#include "runtime/model_files.h"
#include "runtime/single_model.h"
#include "tools/commands/commands.h"
#include "tools/commands/model_options.h"
#include "tools/reports/json_file.h"
#include "tools/reports/notes.h"
#include "tools/reports/outputs.h"
#include "tools/reports/progress.h"
#include "tools/reports/terminal.h"
#include "tools/reports/text_table.h"

namespace fxe {

namespace {

namespace fs = std::filesystem;

// One value for all members, or one each, in order.
const std::string& value_for(const std::vector<std::string>& values, size_t i, size_t count,
                             const char* option) {
  if (values.size() != 1 && values.size() != count)
    throw bad_input("--{}: expected one for all models or {}, found {}", option, count, values.size());
  return values[values.size() == 1 ? 0 : i];
}

// The path as the ensemble file will name it: relative to its folder if possible.
fs::path relative_to(const fs::path& path, const fs::path& ensemble) {
  if (!is_utf8(path.string()))
    throw bad_input(
        "{}: its name is not UTF-8, and an ensemble file, which is JSON, cannot hold it; rename it",
        path.string());
  const auto folder = fs::absolute(ensemble).parent_path();
  const auto relative = fs::absolute(path).lexically_relative(folder.lexically_normal());
  std::error_code not_there;
  // ".." of a folder that is a link leads to the parent of the link's target.
  if (!relative.empty() && !fs::equivalent(folder / relative, path, not_there))
    return fs::weakly_canonical(path).lexically_relative(fs::weakly_canonical(folder));
  return relative.empty() ? fs::absolute(path) : relative;
}

std::string unique_name(std::set<std::string>& taken, const std::string& wanted) {
  std::string name = wanted;
  for (int i = 2; !taken.insert(name).second; ++i) name = fmt::format("{}-{}", wanted, i);
  return name;
}

// Reads a model and fills in its entry.
SingleModel load_member_of(MemberEntry& member, const std::string& model, const ModelRequest& asked,
                           const std::string& mean, const fs::path& output) {
  SingleModel single = load_single_model(model, asked);
  const LoadedModel& loaded = single.loaded;
  Preprocess& p = member.preprocess = std::move(single.preprocess);
  if (!mean.empty()) {
    p.mean = {};
    p.mean_file = mean;
  }
  MeanImageFiles().load(p, "");
  if (!p.mean_file.empty()) p.mean_file = relative_to(p.mean_file, output).generic_string();
  member.model = relative_to(model, output);
  member.network = loaded.network;
  member.state_dict = asked.choices.state_dict;
  member.output = asked.choices.output;
  return single;
}

// The config.json that names the classes of a model, and these.
struct ClassNamesFile {
  fs::path path;
  std::vector<std::string> names;
};

ClassNamesFile class_names_beside(const fs::path& model) {
  std::error_code ignored;
  const auto path = (fs::is_directory(model, ignored) ? model : model.parent_path()) / "config.json";
  return {path, read_classes(path)};
}

nlohmann::ordered_json member_json(const MemberEntry& member, const LoadedModel& loaded) {
  return {{"name", member.name},       {"model", member.model.generic_string()},   {"format", loaded.format},
          {"network", loaded.network}, {"preprocess", to_json(member.preprocess)}, {"notes", loaded.notes}};
}

}  // namespace

int run_init(int argc, char** argv) {
  cxxopts::Options options("fxe init",
                           "Makes an ensemble file of weight files; members run in the order given.");
  add_options(options, {{"o,output", "FILE", "the ensemble file to write"},
                        {"classes", "FILE", "class names, one a line"},
                        {"combine", "C", "logits or probabilities", "logits"},
                        {"name", "NAME", "of the ensemble; without it, the file's"}});
  add_options(
      options,
      {{"network", "N", "builder; recognised if left out", "", true},
       {"preprocess", "P", "preset such as torchvision-224, or a JSON object", "", true},
       {"input", "HxW", "or C,H,W: another size than usual, for caffemodels and networks built by name", "",
        true},
       {"mean", "FILE", "mean image (Caffe's binaryproto) instead of the preset's mean", "", true},
       {"state-dict", "KEY", "which weights of PyTorch checkpoints, such as state_dict_ema", "", true},
       {"output-name", "NAME",
        "which value of ONNX models holds the logits; default: the first readable output", "", true}},
      "One for all models, or one for each (repeat the option)");
  add_common_options(options);
  const auto parsed = parse_options(options, argc, argv, "models", 1, "MODEL... -o ENSEMBLE");
  if (!parsed) return 0;
  const CommandOptions run = read_common_options(*parsed);
  const auto models = model_files((*parsed)["models"].as<std::vector<std::string>>());
  const fs::path output = (*parsed)["output"].as<std::string>();
  if (output.empty()) throw bad_input("expected -o ENSEMBLE, the file to write");
  Outputs written(*parsed);
  OutputFile& ensemble = written.open("-o", output, output_kind::ensemble);
  OutputFile& json = written.open("json", output_kind::report);
  const auto values_of = [&](const char* key) {
    return parsed->count(key) ? (*parsed)[key].as<std::vector<std::string>>() : std::vector<std::string>{""};
  };
  const auto networks = values_of("network"), preprocesses = values_of("preprocess"),
             inputs = values_of("input"), means = values_of("mean"), state_dicts = values_of("state-dict"),
             outputs = values_of("output-name");

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
    file.classes =
        fs::exists(classes) ? relative_to(classes, output) : fs::path(classes);  // such as "imagenet"
  }

  std::set<std::string> taken;
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> notes;
  TextTable table({{.head = "member", .text = true, .shrinks = true},
                   {.head = "format", .text = true},
                   {.head = "network", .text = true, .shrinks = true}});
  auto progress = std::make_unique<Progress>("reading", "models", models.size(), run.quiet);
  int64_t classes = 0;
  std::vector<ClassNamesFile> named;
  auto members = nlohmann::ordered_json::array();
  for (size_t i = 0; i < models.size(); ++i) {
    MemberEntry member;
    member.name = unique_name(taken, published_name(models[i]));
    const SingleModel single = load_member_of(
        member, models[i],
        {.network = value_for(networks, i, models.size(), "network"),
         .preprocess = parse_preprocess_option(value_for(preprocesses, i, models.size(), "preprocess")),
         .choices = {parse_input_option(value_for(inputs, i, models.size(), "input")),
                     value_for(state_dicts, i, models.size(), "state-dict"),
                     value_for(outputs, i, models.size(), "output-name")}},
        value_for(means, i, models.size(), "mean"), output);
    const LoadedModel& loaded = single.loaded;
    if (std::ranges::none_of(single.classes, &std::string::empty) && !single.classes.empty())
      named.push_back(class_names_beside(models[i]));
    expect_size(loaded, member.preprocess, models[i]);
    if (i > 0 && loaded.model.classes() != classes)
      throw bad_input("{}: {} classes, but {} has {}; members must have the same classes", models[i],
                      loaded.model.classes(), models[0], classes);
    classes = loaded.model.classes();
    members.push_back(member_json(member, loaded));
    table.add({member.name, loaded.format, loaded.network});
    names.push_back(member.name);
    notes.push_back(loaded.notes);
    progress->advance(i + 1);
    file.members.push_back(std::move(member));
  }
  if (class_names && class_names != static_cast<size_t>(classes))
    throw bad_input("{}: {} classes, but the models have {}", file.classes.string(), class_names, classes);
  progress.reset();
  std::string names_note;
  if (file.classes.empty() && !named.empty()) {
    if (std::ranges::all_of(named, [&](const auto& n) { return n.names == named[0].names; })) {
      file.classes = relative_to(named[0].path, output);
      names_note = fmt::format(", as {} names them", file.classes.string());
    } else {
      names_note = "; their config.json name them differently: say --classes";
    }
  }
  write_ensemble_file(file, ensemble);
  if (!run.quiet) {
    print_notes(notes_by_text(names, notes));
    print_table(stdout, table);
  }
  if (!run.quiet)
    fmt::print("{}: {} member{}, {} classes{}\n", output.string(), file.members.size(),
               file.members.size() == 1 ? "" : "s", classes, names_note);
  write_json(
      json,
      {{"schema", "fxe.init/1"}, {"ensemble", output.string()}, {"classes", classes}, {"members", members}});
  written.commit();
  return 0;
}

}  // namespace fxe
