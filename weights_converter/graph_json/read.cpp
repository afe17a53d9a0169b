// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include "engine/bounded_json.h"
#include "engine/error.h"
#include "weights_converter/graph_json/act_fields.h"
#include "weights_converter/graph_json/graph_json.h"
#include "weights_converter/printable.h"

namespace fxe {

namespace {

using nlohmann::json;

constexpr JsonLimits kLimits{.bytes = size_t{8} << 20, .depth = 6, .keys = 32};

int64_t integer(const json& value, const char* name) {
  if (!value.is_number_integer() ||
      (value.is_number_unsigned() && value.get<uint64_t>() > uint64_t{std::numeric_limits<int64_t>::max()}))
    throw bad_input("{} is not an integer", name);
  return value.get<int64_t>();
}

double number(const json& value, const char* name, double limit = std::numeric_limits<double>::max()) {
  if (!value.is_number() || !(std::abs(value.get<double>()) <= limit))
    throw bad_input("{} is not a number", name);
  return value.get<double>();
}

float fp32(const json& value, const char* name) {
  return static_cast<float>(number(value, name, double{std::numeric_limits<float>::max()}));
}

std::string text(const json& value, const char* name) {
  if (!value.is_string()) throw bad_input("{} is not text", name);
  return value.get<std::string>();
}

const json& array(const json& value, const char* name, size_t size) {
  if (!value.is_array() || value.size() != size) throw bad_input("{} is not a list of {}", name, size);
  return value;
}

// Takes fields out of an object; those left over are unknown.
class FieldReader {
 public:
  explicit FieldReader(const json& fields) : fields_(fields) {}

  const json& take(const char* name) {
    const auto found = fields_.find(name);
    if (found == fields_.end()) throw bad_input("{} is missing", name);
    ++taken_;
    return *found;
  }

  void expect_no_others() const {
    if (taken_ != fields_.size())
      throw bad_input("it has {} fields, of which {} are unknown", fields_.size(), fields_.size() - taken_);
  }

  void operator()(const char* name, int64_t& value) { value = integer(take(name), name); }
  void operator()(const char* name, float& value) { value = fp32(take(name), name); }
  void operator()(const char* name, double& value) { value = number(take(name), name); }
  void operator()(const char* name, std::string& value) { value = text(take(name), name); }

  void operator()(const char* name, bool& value) {
    const json& field = take(name);
    if (!field.is_boolean()) throw bad_input("{} is not true or false", name);
    value = field.get<bool>();
  }

  void operator()(const char* name, Extent2& e) {
    const json& field = array(take(name), name, 2);
    e = {integer(field[0], name), integer(field[1], name)};
  }

  void operator()(const char* name, Padding2& p) {
    const json& field = array(take(name), name, 4);
    p = {integer(field[0], name), integer(field[1], name), integer(field[2], name), integer(field[3], name)};
  }

  void operator()(const char* name, Pool2d::Kind& kind) {
    const std::string given = text(take(name), name);
    if (given != "max" && given != "average") throw bad_input("{} is '{}'", name, printable(given));
    kind = given == "max" ? Pool2d::Kind::max : Pool2d::Kind::average;
  }

  void operator()(const char* name, Activation& act) {
    const json& field = take(name);
    if (!field.is_array() || field.empty()) throw bad_input("{} is not a list", name);
    const std::string kind = text(field[0], name);
    const auto known = act_kind(kind);
    const auto numbers = known ? act_numbers(*known) : std::vector<float Activation::*>{};
    if (!known || field.size() != 1 + numbers.size())
      throw bad_input("{} is '{}' with {} numbers", name, printable(kind), field.size() - 1);
    act = {.kind = *known};
    for (size_t i = 0; i < numbers.size(); ++i) act.*numbers[i] = fp32(field[1 + i], name);
  }

 private:
  const json& fields_;
  size_t taken_ = 0;
};

// An operation of this name with its default fields.
template <size_t I = 0>
Op make_op(const std::string& name) {
  if constexpr (I < std::variant_size_v<Op>) {
    Op op{std::in_place_index<I>};
    return op_name(op) == name ? op : make_op<I + 1>(name);
  } else {
    throw bad_input("there is no operation '{}'", printable(name));
  }
}

ValueId value_id(const json& value, const char* name) {
  const int64_t id = integer(value, name);
  if (id < 0 || id > std::numeric_limits<ValueId>::max()) throw bad_input("{} has {}", name, id);
  return static_cast<ValueId>(id);
}

Node read_node(const json& object) {
  if (!object.is_object()) throw bad_input("it is not an object");
  FieldReader reader(object);
  Node node;
  reader("name", node.name);
  node.op = make_op(text(reader.take("op"), "op"));
  const json& inputs = reader.take("inputs");
  if (!inputs.is_array()) throw bad_input("inputs is not a list");
  for (const json& id : inputs) node.inputs.push_back(value_id(id, "inputs"));
  std::visit([&](auto& op) { visit_fields(op, reader); }, node.op);
  reader.expect_no_others();
  return node;
}

}  // namespace

Graph graph_from_json(std::string_view source) {
  const json object = parse_json<json>(source, kLimits);
  if (!object.is_object()) throw bad_input("it is not a JSON object");
  FieldReader reader(object);
  const std::string schema = text(reader.take("schema"), "schema");
  if (schema != "fxe.graph/1") throw bad_input("expected schema fxe.graph/1, found '{}'", printable(schema));
  Graph graph;
  graph.output = value_id(reader.take("output"), "output");
  const json& nodes = reader.take("nodes");
  reader.expect_no_others();
  if (!nodes.is_array()) throw bad_input("nodes is not a list");
  for (size_t i = 0; i < nodes.size(); ++i) {
    try {
      graph.nodes.push_back(read_node(nodes[i]));
    } catch (const Error& e) {
      throw bad_input("node {}: {}", i, e.what());
    }
  }
  return graph;
}

}  // namespace fxe
