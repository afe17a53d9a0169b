// SPDX-License-Identifier: Apache-2.0
#include "runtime/model_loader.h"

#include <algorithm>

#include "engine/error.h"
#include "engine/input/published_preprocess.h"
#include "engine/names.h"
#include "networks/random_weights.h"
#include "networks/registry.h"
#include "runtime/model_config.h"
#include "weights_converter/printable.h"
#include "weights_converter/read.h"
#include "weights_converter/torch/state_dict.h"

namespace fxe {

namespace {

// The names of a file, the nearest first: its own, that of the model it was published as, its folder's.
std::vector<std::string> file_names(const std::filesystem::path& path) {
  const auto file = std::filesystem::absolute(path).lexically_normal();
  return {file.filename().string(), published_name(path), file.parent_path().filename().string()};
}

std::string command_for(const RecognisedNetwork& network) {
  return fmt::format("--network {}{}", network.spec,
                     network.says.empty() ? "" : fmt::format(" ({})", network.says));
}

std::string_view name_of(std::string_view spec) { return spec.substr(0, spec.find(':')); }

// Tensors alone never decide between networks that compute different things with them.
RecognisedNetwork choose_by_name(const std::filesystem::path& path, const std::vector<std::string>& names,
                                 const std::vector<RecognisedNetwork>& networks) {
  for (const auto& name : names) {
    const auto named = named_in(name, networks);
    // Forms of one network are adjacent, the one that its name stands for first.
    if (!named.empty() && name_of(named.front().spec) == name_of(named.back().spec)) return named.front();
  }
  std::vector<std::string> commands;
  for (const auto& network : networks) commands.push_back(command_for(network));
  throw bad_input("{}: {} networks read these tensors and compute different things with them; say which: {}",
                  path.string(), networks.size(), fmt::join(commands, ", "));
}

std::string first_beside(const TensorMap& tensors, const std::string& prefix) {
  for (const auto& [name, tensor] : tensors)
    if (!name.starts_with(prefix)) return name;
  return "";
}

[[noreturn]] void refuse_unknown(const std::filesystem::path& path, const TensorMap& tensors) {
  const NearestNetwork nearest = nearest_network(tensors);
  const auto what =
      fmt::format("{}: its {} tensors match no network that fxe builds", path.string(), tensors.size());
  if (nearest.name.empty())
    throw bad_input(
        "{}, not even nearly; an ONNX export carries its own graph (fxe inspect --networks lists the "
        "builders)",
        what);
  const auto prefix = nearest.prefix.substr(0, nearest.prefix.empty() ? 0 : nearest.prefix.size() - 1);
  if (nearest.fits && nearest.others > 0)
    throw bad_input(
        "{}; {} of them, such as '{}', are beside those of {} under '{}': --state-dict {} leaves them out",
        what, nearest.others, printable(first_beside(tensors, nearest.prefix)), nearest.name,
        printable(nearest.prefix), printable(prefix));
  throw bad_input("{}. The nearest is {}: {}. Export other networks as ONNX, which carries its own graph",
                  what, nearest.name, printable(nearest.difference));
}

// The builder's spec for a file that carries no graph of its own.
std::string choose_network(const std::filesystem::path& path, WeightFile& file, const std::string& asked,
                           std::vector<std::string>& notes) {
  if (!asked.empty()) return asked;
  if (const auto named = file.metadata.find("fxe.network"); named != file.metadata.end())
    return named->second;
  auto networks = recognise_networks(file.tensors);
  if (networks.empty()) {
    const NearestNetwork nearest = nearest_network(file.tensors);
    if (nearest.fits && nearest.others == 0 && !nearest.prefix.empty()) {
      keep_prefix(file.tensors, nearest.prefix.substr(0, nearest.prefix.size() - 1));
      notes.push_back(
          fmt::format("all tensors begin with '{}': left out of their names", printable(nearest.prefix)));
      networks = recognise_networks(file.tensors);
    }
  }
  if (networks.empty()) refuse_unknown(path, file.tensors);
  const auto file_name = path.filename().string();
  if (const ModelConfig config = read_model_config(path); !config.architecture.empty()) {
    const auto named = named_in(config.architecture, networks);
    if (named.empty())
      throw bad_input(
          "{}: architecture is '{}', but the tensors of {} are those of {}; export ONNX, or say which "
          "network it is "
          "with --network",
          config.file, printable(config.architecture), file_name, networks[0].spec);
    notes.push_back(fmt::format("{}, the architecture of {}", named[0].spec,
                                std::filesystem::path(config.file).filename().string()));
    return named[0].spec;
  }
  if (networks.size() == 1) {
    notes.push_back(fmt::format("its tensors are those of {}", networks[0].spec));
    return networks[0].spec;
  }
  auto names = file_names(path);
  if (const auto arch = file.metadata.find("arch"); arch != file.metadata.end())
    names.insert(names.begin(), arch->second);
  const RecognisedNetwork chosen = choose_by_name(path, names, networks);
  std::vector<std::string> others;
  for (const auto& network : networks)
    if (network.spec != chosen.spec) others.push_back(command_for(network));
  notes.push_back(fmt::format("its tensors are those of {}{}, as its name says; not {}", chosen.spec,
                              chosen.says.empty() ? "" : fmt::format(" ({})", chosen.says),
                              fmt::join(others, ", ")));
  return chosen.spec;
}

}  // namespace

LoadedModel load_model(const std::filesystem::path& path, const std::string& network,
                       const ReadChoices& choices) {
  WeightFile file = read_weight_file(path, choices);
  LoadedModel loaded;
  loaded.format = file.format;
  loaded.notes = file.notes;
  if (file.graph) {
    if (!network.empty())
      throw bad_input("{}: a {} file carries its own graph; leave out --network {}", path.string(),
                      file.format, network);
    loaded.model = bind_weights(std::move(*file.graph), std::move(file.tensors), path.string());
  } else {
    loaded.network = choose_network(path, file, network, loaded.notes);
    std::erase_if(file.tensors, [](const auto& tensor) { return is_for_training_only(tensor.first); });
    Graph graph = build_network(loaded.network);
    add_constants(graph, file.tensors);
    loaded.model = bind_weights(std::move(graph), std::move(file.tensors), path.string());
  }
  return loaded;
}

void expect_input(const LoadedModel& loaded, const std::optional<Input>& asked,
                  const std::filesystem::path& path) {
  const Input input = loaded.model.input();
  if (asked && input != *asked)
    throw bad_input(
        "{}: this {} file takes images of {}x{}x{}, and --input cannot change that{}", path.string(),
        loaded.format, input.c, input.h, input.w,
        loaded.network.empty() ? "" : fmt::format("; --network {} can", network_at(loaded.network, *asked)));
}

std::string network_at(const std::string& spec, const Input& size) {
  std::string options;
  const auto colon = spec.find(':');
  for (std::string_view rest = colon == spec.npos ? "" : std::string_view(spec).substr(colon + 1);
       !rest.empty();) {
    const auto option = rest.substr(0, rest.find(','));
    if (!option.starts_with("input=")) options += fmt::format("{},", option);
    rest.remove_prefix(std::min(rest.size(), option.size() + 1));
  }
  return fmt::format("{}:{}input={}{}", name_of(spec), options, size.h,
                     size.h == size.w ? "" : fmt::format("x{}", size.w));
}

void expect_size(const LoadedModel& loaded, const Preprocess& p, const std::string& where) {
  const Input input = loaded.model.input(), wanted{3, p.crop_h, p.crop_w};
  if (input == wanted) return;
  throw bad_input("{}: preprocess gives 3x{}x{}, the network takes {}x{}x{}{}", where, p.crop_h, p.crop_w,
                  input.c, input.h, input.w,
                  loaded.network.empty() || input.c != 3
                      ? ""
                      : fmt::format("; the network {} takes that", network_at(loaded.network, wanted)));
}

int64_t parameters_of(const Op& op, const std::vector<Shape>& inputs) {
  const auto* norm = std::get_if<BatchNorm>(&op);
  int64_t count = 0;
  for (const auto& use : weights_of(op, inputs))
    if (!norm || (use.name != norm->mean && use.name != norm->variance)) count += use.shape.elements();
  return count;
}

int64_t parameters_of(const Model& model) {
  const auto shapes = infer_shapes(model.graph, 1);
  int64_t count = 0;
  for (const Node& node : model.graph.nodes) {
    count += parameters_of(node.op, input_shapes(node, shapes));
  }
  return count;
}

LoadedModel random_model(const std::string& network, uint64_t seed) {
  const auto names = network_names();
  if (const auto name = network.substr(0, network.find(':'));
      std::find(names.begin(), names.end(), name) == names.end())
    throw bad_input(
        "{}: no such file, and no network of that name (nearest: {}); fxe inspect --networks lists all",
        network, fmt::join(nearest_names(name, names), ", "));
  LoadedModel loaded;
  Graph graph = build_network(network);
  TensorMap weights = random_weights(graph, seed);
  loaded.model = bind_weights(std::move(graph), std::move(weights), network);
  loaded.network = network;
  return loaded;
}

}  // namespace fxe
