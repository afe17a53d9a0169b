// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <chrono>
#include <sstream>

#include "engine/error.h"
#include "layers/expect_memory.h"
#include "layers/optimize.h"
#include "metareasoner/policy.h"
#include "metareasoner/program.h"
#include "networks/registry.h"
#include "runtime/device_choice.h"
#include "runtime/ensemble_loader.h"
#include "runtime/ensemble_runtime.h"
#include "runtime/member_notes.h"
#include "tools/commands/commands.h"
#include "tools/commands/model_options.h"
#include "tools/reports/json_file.h"
#include "tools/reports/notes.h"
#include "tools/reports/outputs.h"
#include "tools/reports/terminal.h"
#include "tools/reports/text_table.h"

namespace fxe {

namespace {

using Json = nlohmann::ordered_json;

struct Totals {
  int64_t parameters = 0, multiply_adds = 0, weight_bytes = 0;
};

// Layers of a model as its source has them; prints the table if `show`.
Json layers_json(const Model& model, Totals& totals, bool show) {
  const auto shapes = infer_shapes(model.graph, 1);
  Json layers = Json::array();
  TextTable table({{.head = "layer", .least = 20, .text = true, .above = true},
                   {.head = "output", .text = true},
                   {.head = "param-\neters"},
                   {.head = "multiply-\nadds"},
                   {.head = "operation", .least = 12, .text = true, .shrinks = true}});
  for (size_t i = 0; i < model.graph.nodes.size(); ++i) {
    const Node& node = model.graph.nodes[i];
    const std::vector<Shape> inputs = input_shapes(node, shapes);
    const int64_t parameters = parameters_of(node.op, inputs);
    const int64_t cost = multiply_adds(node.op, inputs);
    totals.parameters += parameters;
    totals.multiply_adds += cost;
    layers.push_back({{"name", node.name},
                      {"op", op_str(node.op)},
                      {"output", shapes[i].str()},
                      {"parameters", parameters},
                      {"multiply_adds", cost}});
    table.add({node.name, shapes[i].str(), fmt::format("{}", parameters), fmt::format("{}", cost),
               op_str(node.op)});
  }
  if (show) print_table(stdout, table);
  for (const auto& [name, tensor] : model.weights)
    totals.weight_bytes += static_cast<int64_t>(tensor.bytes.size());
  return layers;
}

// The memory plan: what runs, where in the arena its value lies, and what else it needs.
Json steps_json(const Plan& plan) {
  Json steps = Json::array();
  for (const auto& layer : plan.layers())
    steps.push_back(
        {{"name", layer.name},
         {"implementation", layer.implementation},
         {"offset_bytes", layer.place == Plan::Place::arena ? Json(layer.offset_bytes) : Json(nullptr)},
         {"bytes", layer.value.bytes},
         {"workspace_bytes", layer.workspace_bytes}});
  return steps;
}

void print_plan(const Plan& plan) {
  TextTable table({{.head = "layer", .least = 16, .text = true, .above = true},
                   {.head = "value", .text = true},
                   {.head = "runs as", .least = 10, .text = true, .shrinks = true},
                   {.head = "arena\noffset"},
                   {.head = "bytes"},
                   {.head = "workspace\nbytes"}});
  for (const auto& layer : plan.layers())
    table.add({layer.name, layer.value.shape.str(), layer.implementation,
               layer.place == Plan::Place::arena          ? fmt::format("{}", layer.offset_bytes)
               : layer.place == Plan::Place::caller_input ? "(input)"
                                                          : "(output)",
               fmt::format("{}", layer.value.bytes), fmt::format("{}", layer.workspace_bytes)});
  fmt::print("\n");
  print_table(stdout, table);
}

// What a run would be refused with; empty: nothing.
std::string reason_not_to_run(const Model& model, const Plan& plan, const Backend& backend) {
  try {
    expect_memory_to_run(model.graph, plan, backend);
  } catch (const Error& e) {
    return e.what();
  }
  return {};
}

Json inspect_member(const std::string& name, const LoadedModel& loaded, Backend& backend,
                    const CommandOptions& run, bool show_layers) {
  Totals totals;
  if (!run.quiet)
    print_paragraph(stdout,
                    fmt::format("{}: {}{}", name, loaded.format.empty() ? "random weights" : loaded.format,
                                loaded.network.empty() ? "" : ", " + loaded.network),
                    "", "  ", Ink::bold);
  Json layers = layers_json(loaded.model, totals, show_layers && !run.quiet);
  const Model optimized = optimize(loaded.model);
  expect_memory_for_weights(std::array{&optimized}, backend);
  const auto plan = compile(optimized, backend, run.batch);
  const std::string refused = reason_not_to_run(optimized, *plan, backend);
  size_t values_bytes = 0;
  for (const auto& layer : plan->layers()) values_bytes += layer.value.bytes;
  if (!run.quiet) {
    fmt::print("  {} parameters, {:.1f} M multiply-adds, {:.2f} MB of weights\n", totals.parameters,
               static_cast<double>(totals.multiply_adds) / 1e6,
               static_cast<double>(totals.weight_bytes) / 1e6);
    fmt::print("  plan for {}, batch {}: {} steps, arena of {:.2f} MB for {:.2f} MB of values\n",
               backend.name(), run.batch, plan->layers().size(),
               static_cast<double>(plan->arena_bytes()) / 1e6, static_cast<double>(values_bytes) / 1e6);
    fmt::print("  tail: {}\n",
               plan->head().empty() ? "a kernel of its own" : "in the last layer's kernel, " + plan->head());
    if (!refused.empty()) print_paragraph(stdout, "it does not fit here: " + refused, "  ", "  ");
    if (show_layers) print_plan(*plan);
  }
  return {{"name", name},
          {"network", loaded.network},
          {"format", loaded.format},
          {"parameters", totals.parameters},
          {"weight_bytes", totals.weight_bytes},
          {"multiply_adds", totals.multiply_adds},
          {"arena_bytes", plan->arena_bytes()},
          {"value_bytes", values_bytes},
          {"does_not_fit", refused.empty() ? Json(nullptr) : Json(refused)},
          {"fused_tail", plan->head().empty() ? Json(nullptr) : Json(plan->head())},
          {"layers", layers},
          {"plan", steps_json(*plan)}};
}

void print_program(const EnsembleFile& file, const Policy& policy) {
  std::vector<std::string> names;
  for (const auto& m : file.members) names.push_back(m.name);
  std::ostringstream text;
  describe(make_program(policy.point), names, text);
  fmt::print("\nprogram of policy {}:\n{}", policy.text, text.str());
}

// Milliseconds to capture the graph and to make it executable, on the GPU itself.
double instantiation_ms(ChosenDevice& device, const std::vector<MemberSlot>& slots,
                        const std::vector<ImageInput>& inputs, const Policy& policy, const RunOptions& run) {
  const auto executor = make_executor(device, slots, inputs, run);
  const auto begin = std::chrono::steady_clock::now();
  executor->prepare(policy.point);
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

// For members compiled at every batch size; null if there is no such graph.
Json graph_json(const EnsembleFile& file, const Policy& policy, ChosenDevice& device,
                const CommandOptions& run) {
  if (!device.is_cuda) return nullptr;
  std::vector<std::unique_ptr<PlanMember>> members;
  std::vector<MemberSlot> slots;
  std::vector<Preprocess> inputs;  // the distinct ones
  for (const auto& member : file.members) {
    const Model model = optimize(load_member(file, member).model);
    members.push_back(std::make_unique<PlanMember>(member.name, model, *device.backend, run.batch));
    const auto input = std::find(inputs.begin(), inputs.end(), member.preprocess);
    slots.push_back({members.back().get(), static_cast<size_t>(input - inputs.begin())});
    if (input == inputs.end()) inputs.push_back(member.preprocess);
  }
  const auto forms = image_inputs(device, inputs);
  const auto size = schedule_graph(device, slots, forms, policy.point, run);
  if (!size) return nullptr;
  const double ms = instantiation_ms(device, slots, forms, policy, run);
  if (!run.quiet)
    fmt::print(
        "graph: {} nodes ({} kernels, {} copies, {} IF, {} SWITCH), {} bytes on the device besides weights, "
        "{:.1f} ms to capture and instantiate\n",
        size->nodes(), size->kernels, size->copies, size->ifs, size->switches, size->device_bytes, ms);
  return {{"nodes", size->nodes()}, {"kernels", size->kernels},   {"copies", size->copies},
          {"ifs", size->ifs},       {"switches", size->switches}, {"device_bytes", size->device_bytes},
          {"instantiation_ms", ms}};
}

void inspect_ensemble(const std::filesystem::path& path, const cxxopts::ParseResult& parsed,
                      ChosenDevice& device, const CommandOptions& run, Json& json) {
  const EnsembleFile file = read_ensemble_file(path);
  if (!run.quiet)
    fmt::print("{}: {} members, combine {}, {} profile{}\n\n", file.name, file.members.size(),
               file.combine == Combine::logits ? "logits" : "probabilities", file.profiles.size(),
               file.profiles.size() == 1 ? "" : "s");
  for (const auto& member : file.members) {
    const LoadedModel loaded = load_member(file, member);
    json["members"].push_back(
        inspect_member(member.name, loaded, *device.backend, run, parsed.count("layers") > 0));
  }
  const Policy policy = resolve_policy(file, parsed["policy"].as<std::string>());
  if (!run.quiet) print_program(file, policy);
  json["policy"] = policy.text;
  json["instructions"] = make_program(policy.point).code.size();
  json["graph"] = graph_json(file, policy, device, run);
}

}  // namespace

int run_inspect(int argc, char** argv) {
  cxxopts::Options options("fxe inspect",
                           "Layers, shapes, parameters, multiply-adds, memory plan, schedule.");
  add_options(options, {{"networks", nullptr, "list the networks that fxe builds by name"},
                        {"layers", nullptr, "every layer of every member (of a single model: always)"},
                        {"policy", "POLICY", "the policy whose program is shown"}});
  add_run_options(options);
  add_network_option(options);
  const auto parsed = parse_options(options, argc, argv, "subject", 0, "ENSEMBLE|MODEL|NETWORK", 1);
  if (!parsed) return 0;
  if (parsed->count("networks")) {
    for (const auto& name : network_names()) fmt::print("{}\n", name);
    return 0;
  }
  if (parsed->count("subject") == 0)
    throw bad_input("expected ENSEMBLE|MODEL|NETWORK; see fxe inspect --help");
  const CommandOptions run = read_run_options(*parsed);
  const auto input = (*parsed)["subject"].as<std::vector<std::string>>()[0];
  ChosenDevice device = choose_device(run);
  Outputs outputs(*parsed);
  OutputFile& report = outputs.open("json", output_kind::report);
  Json json = {
      {"schema", "fxe.inspect/1"}, {"device", device.name}, {"batch", run.batch}, {"members", Json::array()}};

  const ModelRequest asked = read_model_request(*parsed);
  if (std::filesystem::exists(input) && is_ensemble_file(input)) {
    refuse_model_request(asked, input);
    inspect_ensemble(input, *parsed, device, run, json);
  } else {
    const LoadedModel loaded = std::filesystem::exists(input)
                                   ? load_model(input, asked.network, asked.choices)
                                   : random_model(input, 1);
    expect_input(loaded, asked.choices.input, input);
    if (!run.quiet) print_notes(notes_by_text({input}, {loaded.notes}));
    json["members"].push_back(inspect_member(input, loaded, *device.backend, run, true));
  }
  write_json(report, json);
  outputs.commit();
  return 0;
}

}  // namespace fxe
