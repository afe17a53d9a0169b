// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/model_loader.h"

#include <algorithm>
#include <cstdio>

#include "engine/error.h"
#include "engine/names.h"
#include "networks/random_weights.h"
#include "networks/registry.h"

namespace fxe {

namespace {

// The spec of the builder for a file that carries no graph of its own.
std::string choose_network(const std::filesystem::path& path, const TensorFile& file,
                           const std::string& asked, std::vector<std::string>& notes) {
  if (!asked.empty()) return asked;
  if (const auto named = file.metadata.find("fxe.network"); named != file.metadata.end())
    return named->second;
  const auto detected = detect_network(file.tensors);
  if (!detected)
    throw bad_input("{}: its {} tensors fit no network that fxe builds; name one with --network ({})",
                    path.string(), file.tensors.size(), fmt::join(network_names(), ", "));
  const auto note = fmt::format("{}: its tensors are those of {}", path.filename().string(), *detected);
  // The same tensors are published with three activations, and a wrong one costs nearly all of the accuracy.
  const bool which = detected->starts_with("mobilenet_v1");
  notes.push_back(which ? fmt::format("{}, with ReLU; if it was trained with another activation, say so with "
                                      "--network {}{}activation=relu6 (or leaky_relu,slope=0.1)",
                                      note, *detected, detected->find(':') == detected->npos ? ":" : ",")
                        : note);
  return *detected;
}

}  // namespace

LoadedModel load_model(const std::filesystem::path& path, const std::string& network,
                       const ReadChoices& choices) {
  TensorFile file = read_tensor_file(path, choices);
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
    loaded.model = bind_weights(build_network(loaded.network), std::move(file.tensors), path.string());
  }
  return loaded;
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

void expect_input(const LoadedModel& loaded, const std::optional<Input>& asked,
                  const std::filesystem::path& path) {
  const Input input = loaded.model.input();
  if (asked && input != *asked)
    throw bad_input("{}: this {} file takes images of {}x{}x{}, and --input cannot change that",
                    path.string(), loaded.format, input.c, input.h, input.w);
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
    std::vector<Shape> inputs;
    for (const ValueId id : node.inputs) inputs.push_back(shapes[static_cast<size_t>(id)]);
    count += parameters_of(node.op, inputs);
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
