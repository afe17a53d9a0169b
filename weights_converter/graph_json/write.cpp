// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "engine/error.h"
#include "weights_converter/graph_json/act_fields.h"
#include "weights_converter/graph_json/graph_json.h"

namespace fxe {

namespace {

using Json = nlohmann::ordered_json;

struct Writer {
  Json& out;

  void operator()(const char* name, int64_t value) { out[name] = value; }
  void operator()(const char* name, bool value) { out[name] = value; }
  void operator()(const char* name, float value) { out[name] = static_cast<double>(value); }
  void operator()(const char* name, double value) { out[name] = value; }
  void operator()(const char* name, const std::string& value) { out[name] = value; }
  void operator()(const char* name, Extent2 e) { out[name] = {e.h, e.w}; }
  void operator()(const char* name, const Padding2& p) { out[name] = {p.top, p.left, p.bottom, p.right}; }
  void operator()(const char* name, Pool2d::Kind kind) {
    out[name] = kind == Pool2d::Kind::max ? "max" : "average";
  }
  // ["clip", 0, 6]: the kind and its numbers.
  void operator()(const char* name, const Activation& act) {
    Json numbers = Json::array({act_name(act.kind)});
    for (const auto field : act_numbers(act.kind)) numbers.push_back(static_cast<double>(act.*field));
    out[name] = std::move(numbers);
  }
};

}  // namespace

std::string graph_to_json(const Graph& graph) {
  Json nodes = Json::array();
  for (const Node& node : graph.nodes) {
    Json fields = {{"name", node.name}, {"op", op_name(node.op)}, {"inputs", node.inputs}};
    Writer writer{fields};
    std::visit([&](const auto& op) { visit_fields(op, writer); }, node.op);
    nodes.push_back(std::move(fields));
  }
  try {
    return Json{{"schema", "fxe.graph/1"}, {"output", graph.output}, {"nodes", std::move(nodes)}}.dump();
  } catch (const nlohmann::json::exception&) {
    throw bad_input("a layer's or weight's name is not UTF-8, which JSON needs");
  }
}

}  // namespace fxe
