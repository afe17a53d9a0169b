// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/error.h"
#include "engine/memory_plan.h"
#include "layers/graph_reads.h"
#include "layers/plan.h"
#include "layers/thread_plans.h"

namespace fxe {

namespace {

// The step of a layer that runs in a chain ending with another layer.
class PartOfChain final : public Step {
 public:
  explicit PartOfChain(std::string last) : last_(std::move(last)) {}
  void bind(const Binding&) override {}
  void enqueue(Queue&) const override {}
  std::vector<std::string> kernels() const override { return {}; }
  std::string implementation() const override { return "in " + last_; }

 private:
  std::string last_;
};

}  // namespace

// Walks the graph once, asking the backend for each step, then lays out the memory.
class PlanCompiler {
 public:
  PlanCompiler(const Model& model, Backend& backend, int64_t batch, const CompileOptions& options)
      : model_(model),
        graph_(model.graph),
        backend_(backend),
        chains_(options.chains && !options.keep_values ? backend.chains() : nullptr),
        options_(options),
        batch_(batch),
        shapes_(infer_shapes(graph_, batch)),
        last_(static_cast<int>(graph_.nodes.size())),
        reads_(graph_, shapes_),
        whole_of_(graph_.nodes.size()) {}

  std::unique_ptr<Plan> compile() {
    plan_->batch_ = batch_;
    plan_->classes_ = output_shape().elements() / batch_;
    plan_->input_elements_ = shapes_[0].elements() / batch_;
    for (int i = 0; i < last_;) {
      const int length = chain_length(i);
      if (length > 1)
        add_chain(i, length);
      else
        add_node(i);
      i += length;
    }
    prepare_head();
    finish_output();
    place_memory();
    if (!options_.keep_values) add_thread_plans();
    return std::move(plan_);
  }

 private:
  // Memory of one value, of several that replace each other in place, or of a Concat's output with its parts.
  struct Storage {
    Lifetime life;
    Plan::Place place = Plan::Place::arena;
  };

  const Shape& output_shape() const { return shapes_[static_cast<size_t>(graph_.output)]; }

  // A node that reads a value twice must not overwrite it through one of the two inputs.
  bool dies(ValueId id, int at) const {
    const auto& inputs = graph_.nodes[static_cast<size_t>(at)].inputs;
    return !options_.keep_values && reads_.last(id) == at &&
           storages_[storage_of_[static_cast<size_t>(id)]].place == Plan::Place::arena &&
           std::count(inputs.begin(), inputs.end(), id) == 1;
  }

  const Node& node_at(int i) const { return graph_.nodes[static_cast<size_t>(i)]; }
  const Shape& shape_at(int i) const { return shapes_[static_cast<size_t>(i)]; }
  std::span<const Node> nodes(int first, int count) const {
    return std::span(graph_.nodes).subspan(static_cast<size_t>(first), static_cast<size_t>(count));
  }

  // The first node's input, then each node's output.
  std::vector<Shape> chain_shapes(int first, int count) const {
    std::vector<Shape> shapes{shape_at(node_at(first).inputs[0])};
    for (int i = first; i < first + count; ++i) shapes.push_back(shape_at(i));
    return shapes;
  }

  // How many nodes from i on run as one step.
  int chain_length(int i) const {
    if (i == 0 || !chains_) return 1;
    const int most = reads_.following(i);
    return static_cast<int>(chains_->chain_length(nodes(i, most), chain_shapes(i, most)));
  }

  // The last node gets the step; the others have no memory and nothing to do.
  void add_chain(int first, int length) {
    const int last = first + length - 1;
    const Node& end = node_at(last);
    std::vector<ValueId> ids{node_at(first).inputs[0]};
    ids.insert(ids.end(), end.inputs.begin() + 1, end.inputs.end());
    for (int i = first; i < last; ++i) {
      Prepared part{.step = std::make_unique<PartOfChain>(end.name), .output = {.shape = shape_at(i)}};
      part_offsets_bytes_.push_back(std::nullopt);
      storage_of_.push_back(storages_.size());
      storages_.push_back({{0, i, i}});
      add_layer(node_at(i).name, node_at(i).op, {}, std::move(part));
    }
    std::vector<Value> inputs;
    for (const ValueId id : ids) {
      inputs.push_back(plan_->layers_[static_cast<size_t>(id)].value);
      Lifetime& life = storages_[storage_of_[static_cast<size_t>(id)]].life;
      life.last = std::max(life.last, last);
    }
    const OpContext context{end.name, inputs, shape_at(last), model_.weights, std::vector<bool>(ids.size())};
    Prepared prepared = chains_->prepare_chain(nodes(first, length), chain_shapes(first, length), context);
    check(end, prepared, context, 0);
    Cost cost;
    for (const Node& node : nodes(first, length)) cost += cost_of(node, prepared.weight_element_bytes);
    add_storage(last, end, prepared);
    add_layer(end.name, end.op, ids, std::move(prepared));
    count(cost, inputs);
  }

  struct Cost {
    int64_t multiply_adds = 0;
    size_t weight_bytes = 0;
    Cost& operator+=(const Cost& other) {
      multiply_adds += other.multiply_adds;
      weight_bytes += other.weight_bytes;
      return *this;
    }
  };
  Cost cost_of(const Node& node, size_t weight_element_bytes) const {
    const std::vector<Shape> inputs = input_shapes(node, shapes_);
    if (inputs.empty()) return {};
    Cost cost{multiply_adds(node.op, inputs)};
    for (const WeightUse& weight : weights_of(node.op, inputs))
      cost.weight_bytes += static_cast<size_t>(weight.shape.elements()) * weight_element_bytes;
    return cost;
  }

  // Sets the cost of the layer added last.
  void count(const Cost& cost, const std::vector<Value>& inputs) {
    plan_->layers_.back().multiply_adds = cost.multiply_adds;
    cost_ += cost;
    count_bytes(inputs, cost.weight_bytes);
  }

  void add_node(int i) {
    const Node& node = node_at(i);
    const bool is_input = i == 0;
    std::vector<Value> inputs;
    std::vector<bool> dying;
    for (const ValueId id : node.inputs) {
      inputs.push_back(plan_->layers_[static_cast<size_t>(id)].value);
      dying.push_back(dies(id, i));
    }
    if (is_input) {
      inputs.push_back(Value::plain(shapes_[0]));
      dying.push_back(false);
    }
    OpContext context{node.name, inputs, shapes_[static_cast<size_t>(i)], model_.weights, dying};
    if (const auto& part = reads_.part(i)) context.part = part->of;
    context.is_result = i == graph_.output && i + 1 == last_;
    for (const ValueId id : node.inputs)
      context.put.push_back(part_offsets_bytes_[static_cast<size_t>(id)].has_value());
    Prepared prepared = backend_.prepare(node.op, context);
    const auto& whole = whole_of_[static_cast<size_t>(i)];
    check(node, prepared, context, whole ? storages_[*whole].life.bytes : 0);
    if (is_input) plan_->any_input_form_ = prepared.any_input_form;
    const Cost cost = cost_of(node, prepared.weight_element_bytes);
    add_storage(i, node, prepared);
    add_layer(node.name, node.op, is_input ? std::vector<int>{Plan::kCallerInput} : node.inputs,
              std::move(prepared));
    count(cost, inputs);
  }

  // Sets the bytes of the layer added last.
  void count_bytes(const std::vector<Value>& inputs, size_t weight_bytes) {
    Plan::Layer& layer = plan_->layers_.back();
    if (layer.kernels.empty()) return;
    layer.bytes = layer.value.bytes + weight_bytes;
    for (const Value& input : inputs) layer.bytes += input.bytes;
  }

  // whole_bytes: of the storage that holds this Concat's parts.
  void check(const Node& node, const Prepared& prepared, const OpContext& context, size_t whole_bytes) const {
    const auto in_place = static_cast<size_t>(prepared.in_place);
    const bool may_share = prepared.in_place < 0 ||
                           (in_place < context.dies.size() && context.dies[in_place]) ||
                           std::holds_alternative<Input>(node.op);
    const bool may_lie = !prepared.in_concat || (context.part && prepared.in_place < 0);
    const bool holds_parts = std::ranges::find(context.put, true) != context.put.end();
    const bool fits = !holds_parts || prepared.output.bytes == whole_bytes;
    if (!prepared.step || prepared.output.shape != context.output || !may_share || !may_lie || !fits)
      throw run_time_error("backend {} prepared layer '{}' ({}) against its contract", backend_.name(),
                           node.name, op_str(node.op));
  }

  void add_storage(int i, const Node& node, const Prepared& prepared) {
    const int last = options_.keep_values ? last_ : reads_.last(i);
    part_offsets_bytes_.push_back(std::nullopt);
    if (prepared.in_concat) {
      part_offsets_bytes_.back() = prepared.in_concat->offset_bytes;
      return put_into(reads_.part(i)->concat, i, prepared.in_concat->whole_bytes);
    }
    if (const auto& whole = whole_of_[static_cast<size_t>(i)]) {
      storage_of_.push_back(*whole);
      storages_[*whole].life.last = last;
      return;
    }
    if (prepared.in_place >= 0 && i > 0) {
      const ValueId shared = node.inputs[static_cast<size_t>(prepared.in_place)];
      storage_of_.push_back(storage_of_[static_cast<size_t>(shared)]);
      Lifetime& life = storages_[storage_of_.back()].life;
      life.bytes = std::max(life.bytes, prepared.output.bytes);
      life.last = std::max(life.last, last);
      return;
    }
    storage_of_.push_back(storages_.size());
    storages_.push_back({{prepared.output.bytes, i, last},
                         prepared.in_place >= 0 ? Plan::Place::caller_input : Plan::Place::arena});
  }

  // Places the output of node i in the Concat's memory, which its first part allocates whole.
  void put_into(int concat, int i, size_t whole_bytes) {
    auto& whole = whole_of_[static_cast<size_t>(concat)];
    if (!whole) {
      whole = storages_.size();
      storages_.push_back({{whole_bytes, i, concat}});
    }
    storage_of_.push_back(*whole);
  }

  void add_layer(const std::string& name, const Op& op, std::vector<int> inputs, Prepared prepared) {
    Plan::Layer layer{.name = name, .op = op, .implementation = prepared.step->implementation()};
    layer.value = std::move(prepared.output);
    layer.workspace_bytes = prepared.workspace_bytes;
    layer.kernels = prepared.step->kernels();
    plan_->layers_.push_back(std::move(layer));
    plan_->steps_.push_back(std::move(prepared.step));
    plan_->inputs_.push_back(std::move(inputs));
  }

  void prepare_head() {
    FusedHeads* const heads = backend_.fused_heads();
    if (!heads) return;
    std::vector<Value> values;
    for (const auto& layer : plan_->layers_) values.push_back(layer.value);
    PreparedHead prepared = heads->prepare_head({graph_, model_.weights, values});
    if (!prepared.head) return;
    plan_->head_ = std::move(prepared.head);
    plan_->head_begin_ = static_cast<size_t>(prepared.first);
    plan_->head_input_ = graph_.nodes[plan_->head_begin_].inputs[0];
  }

  // The last value is written straight to the caller if it is plain and has memory of its own; otherwise an
  // extra step copies it there.
  void finish_output() {
    const auto output = static_cast<size_t>(graph_.output);
    const Value& value = plan_->layers_[output].value;
    const size_t storage = storage_of_[output];
    const bool alone = std::count(storage_of_.begin(), storage_of_.end(), storage) == 1;
    if (!value.layout && value.bytes == Value::plain(value.shape).bytes && alone &&
        storages_[storage].place == Plan::Place::arena) {
      storages_[storage].place = Plan::Place::caller_output;
      return;
    }
    const std::string name = "output";
    const std::vector<Value> inputs{value};
    const OpContext context{name, inputs, value.shape, model_.weights, {false}};
    Prepared prepared = backend_.prepare_output(context);
    storage_of_.push_back(storages_.size());
    storages_.push_back({{prepared.output.bytes, last_, last_}, Plan::Place::caller_output});
    add_layer(name, Activate{}, {graph_.output}, std::move(prepared));
    count_bytes(inputs, 0);
  }

  void place_memory() {
    std::vector<Lifetime> lives;
    for (const Storage& storage : storages_) {
      lives.push_back(storage.life);
      if (storage.place != Plan::Place::arena) lives.back().bytes = 0;
    }
    for (size_t i = 0; i < plan_->layers_.size(); ++i) {
      const int step = static_cast<int>(i);
      lives.push_back({plan_->layers_[i].workspace_bytes, step, step});
    }
    const MemoryPlan memory = plan_memory(lives, kBufferAlignment);
    plan_->arena_bytes_ = memory.arena_bytes;
    for (size_t i = 0; i < plan_->layers_.size(); ++i) {
      Plan::Layer& layer = plan_->layers_[i];
      layer.place = storages_[storage_of_[i]].place;
      if (layer.place == Plan::Place::arena) layer.offset_bytes = memory.offsets_bytes[storage_of_[i]];
      if (i < part_offsets_bytes_.size()) layer.offset_bytes += part_offsets_bytes_[i].value_or(0);
      plan_->workspace_offsets_bytes_.push_back(memory.offsets_bytes[storages_.size() + i]);
    }
  }

  void add_thread_plans() {
    ThreadBackends* const threads = backend_.thread_backends();
    if (!threads) return;
    const auto backends = threads->backends();
    const int64_t images = images_of_piece(batch_, static_cast<int64_t>(backends.size()),
                                           cost_.multiply_adds / batch_, cost_.weight_bytes);
    if (images == 0) return;
    std::vector<std::unique_ptr<Plan>> plans;
    for (Backend* const backend : backends)
      plans.push_back(PlanCompiler(model_, *backend, images, options_).compile());
    plan_->thread_plans_ = std::make_unique<ThreadPlans>(*threads, std::move(plans), batch_);
    plan_->arena_bytes_ = std::max(plan_->arena_bytes_, plan_->thread_plans_->arena_bytes());
  }

  const Model& model_;
  const Graph& graph_;
  Backend& backend_;
  Chains* const chains_;  // or nullptr
  const CompileOptions options_;
  const int64_t batch_;
  const std::vector<Shape> shapes_;
  const int last_;  // index of the step after all nodes
  const GraphReads reads_;
  std::vector<std::optional<size_t>> whole_of_;  // per node: the storage that a Concat's parts lie in
  std::vector<std::optional<size_t>> part_offsets_bytes_;  // per layer: in the Concat's storage
  std::vector<Storage> storages_;
  std::vector<size_t> storage_of_;  // per layer
  Cost cost_;                       // of the whole batch
  std::unique_ptr<Plan> plan_ = std::make_unique<Plan>();
};

std::unique_ptr<Plan> compile(const Model& model, Backend& backend, int64_t batch,
                              const CompileOptions& options) {
  return PlanCompiler(model, backend, batch, options).compile();
}

}  // namespace fxe
