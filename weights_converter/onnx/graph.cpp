// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/onnx/graph.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <unordered_set>

#include "engine/names.h"
#include "onnx.pb.h"
#include "weights_converter/onnx/constant.h"
#include "weights_converter/onnx/external.h"
#include "weights_converter/onnx/numbers.h"
#include "weights_converter/onnx/operators.h"
#include "weights_converter/onnx/order.h"
#include "weights_converter/onnx/tensor.h"
#include "weights_converter/printable.h"

namespace fxe {

namespace {

// The newest is the last one whose changes to the operators here have been read in ONNX's changelog.
constexpr int64_t kMinOpset = 7, kNewestOpset = 28;

bool is_default_domain(const std::string& domain) { return domain.empty() || domain == "ai.onnx"; }

int64_t find_opset(const onnx::Model& model) {
  for (const auto& set : model.opset_import()) {
    if (!is_default_domain(set.domain())) continue;
    if (set.version() < kMinOpset)
      throw bad_input("the model uses operator set {}; fxe reads {} to {}", set.version(), kMinOpset,
                      kNewestOpset);
    return set.version();
  }
  throw bad_input("the model names no operator set");
}

// Lists all of them in one error: whoever exports the model again needs the whole list.
void expect_known_operators(const std::vector<const onnx::Node*>& nodes) {
  std::map<std::string, std::vector<std::string>> unknown;
  for (const onnx::Node* node : nodes) {
    const bool known = is_default_domain(node->domain()) &&
                       (find_onnx_operator(node->op_type()) || find_onnx_fold(node->op_type()));
    if (known) continue;
    const std::string type =
        node->domain().empty() ? node->op_type() : node->domain() + "." + node->op_type();
    unknown[printable(type)].push_back("'" + printable(OnnxNode(*node, 0).name()) + "'");
  }
  if (unknown.empty()) return;
  constexpr size_t kShown = 8;
  std::vector<std::string> parts;
  for (auto& [type, names] : unknown) {
    const size_t more = names.size() > kShown ? names.size() - kShown : 0;
    names.resize(names.size() - more);
    parts.push_back(fmt::format("{} ({}{})", type, fmt::join(names, ", "),
                                more ? fmt::format(" and {} more", more) : ""));
  }
  throw bad_input("the model has operators that fxe does not have: {}", fmt::join(parts, "; "));
}

// How much memory copies of constants may take, as a multiple of the model's length, plus an allowance for
// any model: each step of weight standardisation makes a copy or two, and fp16 becomes fp32.
constexpr uint64_t kCopies = 32, kFreeCopies = uint64_t{16} << 20;

class Importer {
 public:
  Importer(std::shared_ptr<const onnx::Model> model, uint64_t file_bytes, const std::filesystem::path& folder,
           std::string output)
      : model_(std::move(model)),
        graph_(model_->graph()),
        output_(std::move(output)),
        opset_(find_opset(*model_)),
        nodes_(needed_onnx_nodes(graph_, output_)),
        input_(find_input()),
        uses_(count_uses()),
        import_(input_dimension(0), kCopies * file_bytes + kFreeCopies),
        external_(folder) {}

  WeightFile run(const std::optional<Input>& asked) {
    expect_known_operators(nodes_);
    for (const auto& tensor : graph_.initializer())
      if (uses_.contains(tensor.name()))
        import_.define(tensor.name(), read_onnx_tensor(tensor, model_, &external_));
    for (const auto& tensor : graph_.sparse_initializer())
      if (uses_.contains(tensor.values().name())) import_.define(tensor.values().name(), read_sparse(tensor));
    import_.allow_copies(kCopies * external_.file_bytes());
    define_input(asked);
    auto unread = uses_;
    for (const onnx::Node* proto : nodes_) {
      const OnnxNode node(*proto, opset_);
      try {
        run_node(node, *proto);
        expect_made(node);
      } catch (const Error& e) {
        if (std::string_view(e.what()).starts_with(node.title())) throw;
        throw Error(e.kind(), fmt::format("{}: {}", node.title(), e.what()));
      }
      for (const auto& value : proto->input())
        if (--unread[value] == 0) import_.forget(value);
    }
    return finish();
  }

 private:
  // The one input that is not an initializer.
  const onnx::ValueInfo& find_input() const {
    std::unordered_set<std::string> constants;
    for (const auto& tensor : graph_.initializer()) constants.insert(tensor.name());
    for (const auto& tensor : graph_.sparse_initializer()) constants.insert(tensor.values().name());
    const onnx::ValueInfo* found = nullptr;
    int inputs = 0;
    for (const auto& input : graph_.input()) {
      if (constants.contains(input.name())) continue;
      found = &input;
      ++inputs;
    }
    if (inputs != 1) throw bad_input("the model has {} inputs; fxe runs models of one image", inputs);
    return *found;
  }

  std::optional<int64_t> input_dimension(int i) const {
    const auto& shape = input_.type().tensor_type().shape();
    if (i >= shape.dim_size() || shape.dim(i).dim_value() <= 0) return std::nullopt;
    return shape.dim(i).dim_value();
  }

  std::map<std::string, int> count_uses() const {
    std::map<std::string, int> uses{{output_, 1}};
    for (const onnx::Node* node : nodes_)
      for (const auto& name : node->input()) ++uses[name];
    return uses;
  }

  void define_input(const std::optional<Input>& asked) {
    const auto& type = input_.type().tensor_type();
    const auto element = onnx_dtype(type.elem_type());
    if (!element || (!is_floating(*element) && element != DType::u8))
      throw bad_input("the input '{}' is neither of floating point nor of bytes", printable(input_.name()));
    if (type.shape().dim_size() != 4)
      throw bad_input("the input '{}' has {} dimensions; expected [n c h w]", printable(input_.name()),
                      type.shape().dim_size());
    std::array<std::optional<int64_t>, 3> d{input_dimension(1), input_dimension(2), input_dimension(3)};
    const bool nhwc = is_channels_last(d);
    const auto given = [&](int axis, const char* what, int64_t Input::*size) {
      auto& dimension = d[static_cast<size_t>(axis - 1)];
      if (!dimension && asked) dimension = (*asked).*size;
      if (!dimension)
        throw bad_input(
            "the input '{}' has no fixed size on axis {}, its {}; name one with --input HEIGHTxWIDTH",
            printable(input_.name()), axis, what);
      return *dimension;
    };
    const int64_t c = given(nhwc ? 3 : 1, "channels", &Input::c),
                  h = given(nhwc ? 1 : 2, "height", &Input::h), w = given(nhwc ? 2 : 3, "width", &Input::w);
    import_.define(
        input_.name(),
        OnnxFlow{.id = import_.graph.input(c, h, w), .nhwc = nhwc, .integers = element == DType::u8});
  }

  // An image has few channels. If sizes do not tell, a Transpose of the input does (for bytes, one behind
  // a Cast).
  bool is_channels_last(const std::array<std::optional<int64_t>, 3>& d) const {
    constexpr int64_t kFew = 4;
    if (d[2] && *d[2] <= kFew && (!d[0] || *d[0] > kFew)) return true;
    std::string_view name = input_.name();
    for (const onnx::Node* proto : nodes_) {
      const OnnxNode node(*proto, opset_);
      if (!node.has_input(0) || node.input(0) != name) continue;
      if (node.type() != "Cast")
        return node.type() == "Transpose" && node.integers("perm") == std::vector<int64_t>{0, 3, 1, 2};
      name = node.output();
    }
    return false;
  }

  Tensor read_sparse(const onnx::SparseTensor& tensor) {
    return read_onnx_sparse(tensor, &external_,
                            [this](const Shape& shape, DType type) { import_.charge_copy(shape, type); });
  }

  void run_node(const OnnxNode& node, const onnx::Node& proto) {
    if (node.type() == "Constant" && node.tensor("value"))
      return import_.set(node, read_onnx_tensor(*node.tensor("value"), model_, &external_));
    if (node.type() == "Constant" && node.sparse_tensor("sparse_value"))
      return import_.set(node, read_sparse(*node.sparse_tensor("sparse_value")));
    bool constant = true;
    for (int i = 0; i < proto.input_size(); ++i)
      constant = constant && (!node.has_input(static_cast<size_t>(i)) ||
                              import_.is_constant(node, static_cast<size_t>(i)));
    if (count_onnx_images(import_, node)) return;
    const OnnxFold fold = find_onnx_fold(node.type());
    if (constant && fold) return import_.set(node, fold(import_, node));
    const OnnxOperator* const known = find_onnx_operator(node.type());
    if (!known) throw node.error("fxe computes this on constants only");
    expect_taken(node, *known);
    settle_inputs(node, known->takes);
    known->import(import_, node);
  }

  // Outputs that nothing reads, such as a Dropout's mask, need not exist.
  void expect_made(const OnnxNode& node) const {
    for (size_t i = 0; i < node.outputs(); ++i)
      if (uses_.contains(node.output(i)) && !import_.has(node.output(i)))
        throw node.error("its output {} '{}' is read; fxe computes the first only", i,
                         printable(node.output(i)));
  }

  void expect_taken(const OnnxNode& node, const OnnxOperator& op) const {
    for (size_t i = 0; i < node.inputs(); ++i) {
      if (!node.has_input(i) || import_.is_constant(node, i)) continue;
      const auto* x = std::get_if<OnnxFlow>(&import_.value(node, i));
      if (x && !x->seen_as.empty() && !op.any_shape)
        throw node.error("works on {}; fxe has images, rows, and means of them",
                         x->seen_as.size() == 1 ? "all elements in one row" : "images that lost an axis");
      if (x && x->integers && !op.integers)
        throw node.error("works on pixels as integers; fxe needs a Cast to floating point before it");
    }
  }

  // Keeps pending what the operator takes over itself.
  void settle_inputs(const OnnxNode& node, OnnxTakes takes) {
    if (takes == OnnxTakes::functions) return;
    for (size_t i = 0; i < node.inputs(); ++i) {
      if (!node.has_input(i) || import_.is_constant(node, i)) continue;
      import_.settle(node, i);
      if (takes == OnnxTakes::padding) continue;
      import_.settle_padding(node, i);
      if (takes == OnnxTakes::views) continue;
      const OnnxFlow& x = import_.flow(node, i);
      if (x.groups > 0)
        throw node.error("works on channels that a Reshape split; fxe reads a channel shuffle only");
      if (x.pixel)
        throw node.error(
            "works on rows made into images, which fxe only supports in a product with an image");
    }
  }

  // Lists everything that could not be computed in one error, as above.
  void expect_no_problems() {
    auto& problems = import_.problems;
    if (problems.empty()) return;
    constexpr size_t kShown = 8;
    const size_t more = problems.size() > kShown ? problems.size() - kShown : 0;
    problems.resize(problems.size() - more);
    throw bad_input("{}{}", fmt::join(problems, "; "), more ? fmt::format("; and {} more", more) : "");
  }

  WeightFile finish() {
    const std::string& name = output_;
    const auto* last = std::get_if<OnnxFlow>(&import_.value(name));
    if (!last) throw bad_input("the output '{}' does not depend on the image", printable(name));
    OnnxFlow settled = *last;
    import_.settle(settled);
    const OnnxFlow* const flow = &settled;
    expect_no_problems();
    const Shape shape = import_.graph.shape(flow->id);
    if (flow->pad.any() || flow->groups > 0 || !flow->seen_as.empty() ||
        (shape.rank() == 4 && (shape[2] != 1 || shape[3] != 1)))
      throw bad_input("the output '{}' has shape {}; expected logits [n classes]", printable(name),
                      shape.str());
    WeightFile file;
    if (const auto* image = std::get_if<OnnxFlow>(&import_.value(input_.name())); image->integers)
      file.notes.push_back(
          "its images are 8-bit pixels, 0 to 255, which it prepares itself: it wants scale 1, mean 0 and std "
          "1");
    if (flow->probabilities)
      file.notes.push_back("its softmax at the end is left out: fxe works on the logits before it");
    file.graph = import_.graph.finish(flow->id);
    file.tensors = std::move(import_.weights);
    for (const auto& pair : model_->metadata_props()) file.metadata[pair.key()] = pair.value();
    return file;
  }

  std::shared_ptr<const onnx::Model> model_;
  const onnx::Graph& graph_;
  std::string output_;
  int64_t opset_;
  std::vector<const onnx::Node*> nodes_;
  const onnx::ValueInfo& input_;
  std::map<std::string, int> uses_;  // by nodes, plus one for the output
  OnnxImport import_;
  OnnxExternalData external_;
};

}  // namespace

namespace {

// The requested output, or all of them, in the model's order.
std::vector<std::string> outputs_to_try(const onnx::Graph& graph, const std::string& asked) {
  std::vector<std::string> names;
  for (const auto& output : graph.output()) names.push_back(output.name());
  if (asked.empty() && names.empty()) throw bad_input("the model has no output");
  if (asked.empty()) return names;
  bool found = std::find(names.begin(), names.end(), asked) != names.end();
  for (const auto& node : graph.node())
    found = found || std::find(node.output().begin(), node.output().end(), asked) != node.output().end();
  if (!found)
    throw bad_input("--output-name: the model has no value '{}' (nearest of its outputs: {})",
                    printable(asked),
                    printable(fmt::format("{}", fmt::join(nearest_names(asked, names), ", "))));
  return {asked};
}

// Labels and images cannot be logits. The first output that may be logits is taken: a later one could
// be features.
bool may_be_logits(const onnx::Graph& graph, const onnx::ValueInfo& output) {
  for (const auto& node : graph.node())
    if (node.op_type() == "ArgMax" && node.output_size() > 0 && node.output(0) == output.name()) return false;
  const auto& type = output.type().tensor_type();
  const auto& dims = type.shape().dim();
  if (dims.size() == 4 && (dims[2].dim_value() > 1 || dims[3].dim_value() > 1)) return false;
  const auto element = onnx_dtype(type.elem_type());
  return element == DType::f32 || element == DType::f16 || element == DType::f64 || element == DType::bf16;
}

std::string quoted(const std::vector<std::string>& names, const std::string& but) {
  std::vector<std::string> parts;
  for (const auto& name : names)
    if (name != but && parts.size() < 4) parts.push_back("'" + printable(name) + "'");
  return fmt::format("{}{}", fmt::join(parts, ", "), names.size() > 5 ? ", ..." : "");
}

WeightFile read_output(const std::shared_ptr<const onnx::Model>& model, uint64_t file_bytes,
                       const std::filesystem::path& folder, const std::vector<std::string>& names, size_t i,
                       const std::optional<Input>& input) {
  WeightFile file = Importer(model, file_bytes, folder, names[i]).run(input);
  if (names.size() > 1)
    file.notes.push_back(
        fmt::format("of its {} outputs '{}' is read, not {} (--output-name NAME reads another)", names.size(),
                    printable(names[i]), quoted(names, names[i])));
  if (const int64_t opset = find_opset(*model); opset > kNewestOpset)
    file.notes.push_back(fmt::format(
        "operator set {} is newer than those fxe knows, {} to {}: its operators are read as in {}", opset,
        kMinOpset, kNewestOpset, kNewestOpset));
  return file;
}

}  // namespace

WeightFile import_onnx(std::shared_ptr<const onnx::Model> model, uint64_t file_bytes,
                       const std::filesystem::path& folder, const ReadChoices& choices) {
  const int64_t opset = find_opset(*model);
  const auto names = outputs_to_try(model->graph(), choices.output);
  std::optional<Error> first;
  constexpr size_t kTried = 4;
  for (size_t i = 0; i < std::min(names.size(), kTried); ++i) {
    try {
      return read_output(model, file_bytes, folder, names, i, choices.input);
    } catch (const Error& e) {
      if (!first) first = e;
      if (choices.output.empty() && may_be_logits(model->graph(), model->graph().output(static_cast<int>(i))))
        break;
    }
  }
  if (opset <= kNewestOpset) throw *first;
  throw Error(
      first->kind(),
      fmt::format("{}; the model uses operator set {}, fxe knows {} to {}: export it with one of these",
                  first->what(), opset, kMinOpset, kNewestOpset));
}

}  // namespace fxe
