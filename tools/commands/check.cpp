// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <random>

#include "engine/error.h"
#include "layers/compare_layers.h"
#include "layers/expect_memory.h"
#include "layers/optimize.h"
#include "runtime/device_choice.h"
#include "runtime/ensemble_loader.h"
#include "tools/commands/commands.h"
#include "tools/commands/model_options.h"
#include "tools/reports/json_file.h"
#include "tools/reports/outputs.h"
#include "tools/reports/terminal.h"

namespace fxe {

namespace {

using Json = nlohmann::ordered_json;

struct Subject {
  std::string name;
  Model model;
};

// The members of an ensemble, a model file, or a network with seeded random weights.
std::vector<Subject> load_subjects(const std::string& input, const cxxopts::ParseResult& parsed,
                                   uint64_t seed) {
  std::vector<Subject> subjects;
  const ModelRequest asked = read_model_request(parsed);
  if (!std::filesystem::exists(input)) {
    subjects.push_back({input, random_model(input, seed).model});
  } else if (is_ensemble_file(input)) {
    refuse_model_request(asked, input);
    const EnsembleFile file = read_ensemble_file(input);
    for (const auto& m : file.members) subjects.push_back({m.name, load_member(file, m).model});
  } else {
    LoadedModel loaded = load_model(input, asked.network, asked.choices);
    expect_input(loaded, asked.choices.input, input);
    subjects.push_back({input, std::move(loaded.model)});
  }
  return subjects;
}

std::vector<float> random_input(const Input& input, int64_t n, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(static_cast<size_t>(n * input.c * input.h * input.w));
  for (float& v : values) v = normal(random);
  return values;
}

void print_layer(const LayerCheck& c) {
  constexpr size_t kName = 24, kOperation = 10;
  const Terminal terminal = terminal_of(stdout);
  const std::string line = fmt::format(
      "  {} {:<{}} {:<{}} {:>6.1f}% of bound  ", c.ok ? "ok  " : painted(terminal, Ink::red, "FAIL"),
      shortened(c.name, kName), kName, shortened(c.op.substr(0, c.op.find_first_of(" (")), kOperation),
      kOperation, c.percent_of_bound);
  constexpr size_t kLeft = 62;  // columns on its left
  fmt::print("{}{}\n", line,
             terminal.is_terminal
                 ? shortened(c.implementation, std::max<size_t>(terminal.columns, kLeft + 8) - kLeft)
                 : c.implementation);
  std::fflush(stdout);
}

Json layer_json(const LayerCheck& c) {
  return {{"layer", c.name},
          {"op", c.op},
          {"implementation", c.implementation},
          {"ok", c.ok},
          {"percent_of_bound", number_or_null(c.percent_of_bound)},
          {"element", c.element},
          {"found", number_or_null(c.found)},
          {"expected", number_or_null(c.expected)}};
}

}  // namespace

int run_check(int argc, char** argv) {
  cxxopts::Options options(
      "fxe check", "Runs a network layer by layer on two backends; names the first layer out of bound.");
  add_options(options, {{"against", "B", "reference, cpu or cuda", "reference"},
                        {"seed", "N", "of the random input, and of the weights of a NETWORK", "1"}});
  add_run_options(options);
  add_network_option(options);
  const auto parsed = parse_options(options, argc, argv, "subject", 1, "ENSEMBLE|MODEL|NETWORK", 1);
  if (!parsed) return 0;
  const CommandOptions run = read_run_options(*parsed);
  const auto seed = static_cast<uint64_t>(read_integer(*parsed, "seed", 0, INT64_MAX));
  const auto against = (*parsed)["against"].as<std::string>();

  const ChosenDevice tested = choose_device(run);
  ChosenDevice other;
  if (against != "reference") {
    if (against != "cpu" && !against.starts_with("cuda"))
      throw bad_input("--against: expected reference, cpu or cuda, found '{}'", against);
    RunOptions other_run = run;
    other_run.device = read_device(against, "--against");
    other = choose_device(other_run);
  }
  Json members = Json::array();
  std::string first_failure;
  const auto subjects = load_subjects((*parsed)["subject"].as<std::vector<std::string>>()[0], *parsed, seed);
  Outputs outputs(*parsed);
  OutputFile& json = outputs.open("json", output_kind::report);
  for (const auto& subject : subjects) {
    if (!run.quiet) fmt::print("{}: {} against {}, seed {}\n", subject.name, tested.name, against, seed);
    const Model model = optimize(subject.model);
    expect_memory_for_weights(std::array{&model}, *tested.backend);
    expect_memory_for_comparison(model.graph, run.batch);
    const auto input = random_input(model.input(), run.batch, seed);
    CompareOptions compare{.against = other.backend.get()};
    if (!run.quiet) compare.on_layer = print_layer;
    const auto checks = compare_layers(model, *tested.backend, input, run.batch, compare);
    Json layers = Json::array();
    for (const auto& c : checks) {
      layers.push_back(layer_json(c));
      if (!c.ok && first_failure.empty())
        first_failure = fmt::format(
            "{}: layer '{}' ({}, {}): element {} is {:.9g}, expected {:.9g}: {:.0f}% of the bound",
            subject.name, c.name, c.op, c.implementation, c.element, c.found, c.expected, c.percent_of_bound);
    }
    members.push_back({{"name", subject.name}, {"layers", layers}});
  }
  write_json(json, {{"schema", "fxe.check/1"},
                    {"device", tested.name},
                    {"against", against},
                    {"seed", seed},
                    {"ok", first_failure.empty()},
                    {"members", members}});
  if (first_failure.empty() && !run.quiet) fmt::print("every layer is within its bound\n");
  outputs.commit();
  if (!first_failure.empty()) throw check_failed("{}", first_failure);
  return 0;
}

}  // namespace fxe
