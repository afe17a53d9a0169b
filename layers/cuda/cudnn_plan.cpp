// SPDX-License-Identifier: Apache-2.0
#include "layers/cuda/cudnn_plan.h"

#include <algorithm>

#include "engine/error.h"

namespace fxe {

namespace {

template <class T>
bool contains(const std::vector<T>& values, T value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

bool numerics_suit(const CudnnDescriptor& engine, Precision precision) {
  const auto notes = engine.values<cudnnBackendNumericalNote_t>(CUDNN_ATTR_ENGINE_NUMERICAL_NOTE,
                                                                CUDNN_NUMERICAL_NOTE_TYPE_COUNT);
  const auto none_of = [&](std::initializer_list<cudnnBackendNumericalNote_t> excluded) {
    return std::none_of(excluded.begin(), excluded.end(), [&](auto note) { return contains(notes, note); });
  };
  return none_of({CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC, CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS,
                  CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION}) &&
         (precision != Precision::fp32 ||
          none_of({CUDNN_NUMERICAL_NOTE_TENSOR_CORE, CUDNN_NUMERICAL_NOTE_FFT, CUDNN_NUMERICAL_NOTE_WINOGRAD,
                   CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_4x4, CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_6x6,
                   CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_13x13}));
}

bool behaviour_suits(const CudnnDescriptor& engine) {
  const auto notes = engine.values<cudnnBackendBehaviorNote_t>(CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE,
                                                               CUDNN_BEHAVIOR_NOTE_TYPE_COUNT);
  return !contains(notes, CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION) &&
         !contains(notes, CUDNN_BEHAVIOR_NOTE_CUBLASLT_DEPENDENCY) &&
         !contains(notes, CUDNN_BEHAVIOR_NOTE_REQUIRES_FILTER_INT8x32_REORDER) &&
         !contains(notes, CUDNN_BEHAVIOR_NOTE_REQUIRES_BIAS_INT8x32_REORDER);
}

// The heuristics' configurations, best first; none if they know nothing for this graph.
std::vector<CudnnDescriptor> configurations(const CudnnDescriptor& operation_graph, const CudnnTarget& target,
                                            cudnnBackendHeurMode_t mode) {
  CudnnDescriptor heuristics(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
  heuristics.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, operation_graph);
  heuristics.set(CUDNN_ATTR_ENGINEHEUR_MODE, mode);
  target.set_device(heuristics, CUDNN_ATTR_ENGINEHEUR_DEVICEPROP);
  if (!heuristics.try_finalize()) return {};

  const size_t count = heuristics.count(CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR);
  std::vector<CudnnDescriptor> found;
  std::vector<cudnnBackendDescriptor_t> to_fill;
  for (size_t i = 0; i < count; ++i)
    to_fill.push_back(found.emplace_back(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR).get());
  const size_t filled = count ? heuristics.get_raw(CUDNN_ATTR_ENGINEHEUR_RESULTS,
                                                   CUDNN_TYPE_BACKEND_DESCRIPTOR, count, to_fill.data())
                              : 0;
  found.erase(found.begin() + static_cast<ptrdiff_t>(filled), found.end());
  return found;
}

// Empty where cuDNN does not support the graph at all.
std::optional<CudnnDescriptor> operation_graph_of(const CudnnGraph& graph, const CudnnTarget& target) {
  CudnnDescriptor operation_graph(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
  operation_graph.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, std::span<const CudnnDescriptor>(graph.operations));
  target.set_handle(operation_graph, CUDNN_ATTR_OPERATIONGRAPH_HANDLE);
  if (!operation_graph.try_finalize()) return {};
  return operation_graph;
}

CudnnDescriptor engine_of(const CudnnDescriptor& configuration) {
  CudnnDescriptor engine(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
  configuration.get_into(CUDNN_ATTR_ENGINECFG_ENGINE, engine);
  return engine;
}

}  // namespace

CudnnPlan::CudnnPlan(std::shared_ptr<const CudnnGraph> graph, CudnnDescriptor plan, int64_t engine)
    : graph_(std::move(graph)),
      plan_(std::move(plan)),
      engine_(engine),
      workspace_bytes_(static_cast<size_t>(plan_.value<int64_t>(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE))) {}

std::optional<CudnnPlan> CudnnPlan::finish(const std::shared_ptr<const CudnnGraph>& graph,
                                           const CudnnDescriptor& configuration, const CudnnTarget& target,
                                           const PlanOptions& options) {
  const CudnnDescriptor engine = engine_of(configuration);
  if (!numerics_suit(engine, options.precision) || !behaviour_suits(engine)) return {};
  CudnnDescriptor descriptor(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
  descriptor.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, configuration);
  target.set_handle(descriptor, CUDNN_ATTR_EXECUTION_PLAN_HANDLE);
  target.set_device(descriptor, CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP);
  if (!descriptor.try_finalize()) return {};
  CudnnPlan plan(graph, std::move(descriptor), engine.value<int64_t>(CUDNN_ATTR_ENGINE_GLOBAL_INDEX));
  if (plan.workspace_bytes() > options.workspace_limit_bytes) return {};
  return plan;
}

std::vector<CudnnPlan> CudnnPlan::candidates(CudnnGraph graph, const CudnnTarget& target,
                                             const PlanOptions& options, size_t most) {
  const auto shared = std::make_shared<const CudnnGraph>(std::move(graph));
  const auto operation_graph = operation_graph_of(*shared, target);
  std::vector<CudnnPlan> plans;
  if (!operation_graph) return plans;
  for (const auto mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK})
    for (const CudnnDescriptor& configuration : configurations(*operation_graph, target, mode)) {
      if (plans.size() >= most) return plans;
      if (auto plan = finish(shared, configuration, target, options)) plans.push_back(std::move(*plan));
    }
  return plans;
}

std::optional<CudnnPlan> CudnnPlan::choose(CudnnGraph graph, const CudnnTarget& target,
                                           const PlanOptions& options) {
  auto plans = candidates(std::move(graph), target, options, 1);
  if (plans.empty()) return {};
  return std::move(plans.front());
}

PlanChoice CudnnPlan::choice() const {
  CudnnDescriptor configuration(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
  plan_.get_into(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, configuration);
  PlanChoice choice{.engine = engine_};
  // Asked how many there are, cuDNN 9.19 says none: there is room for all.
  constexpr size_t kMost = CUDNN_KNOB_TYPE_COUNTS;
  std::vector<CudnnDescriptor> knobs;
  std::vector<cudnnBackendDescriptor_t> to_fill;
  for (size_t i = 0; i < kMost; ++i)
    to_fill.push_back(knobs.emplace_back(CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR).get());
  const size_t filled = configuration.get_raw(CUDNN_ATTR_ENGINECFG_KNOB_CHOICES,
                                              CUDNN_TYPE_BACKEND_DESCRIPTOR, kMost, to_fill.data());
  for (size_t i = 0; i < filled; ++i)
    choice.knobs.emplace_back(
        static_cast<int64_t>(knobs[i].value<cudnnBackendKnobType_t>(CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE)),
        knobs[i].value<int64_t>(CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE));
  std::sort(choice.knobs.begin(), choice.knobs.end());
  return choice;
}

std::optional<CudnnPlan> CudnnPlan::make(CudnnGraph graph, const CudnnTarget& target,
                                         const PlanOptions& options, const PlanChoice& choice) try {
  const auto shared = std::make_shared<const CudnnGraph>(std::move(graph));
  const auto operation_graph = operation_graph_of(*shared, target);
  if (!operation_graph) return {};
  CudnnDescriptor engine(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
  engine.set(CUDNN_ATTR_ENGINE_OPERATION_GRAPH, *operation_graph);
  engine.set(CUDNN_ATTR_ENGINE_GLOBAL_INDEX, choice.engine);
  target.set_device(engine, CUDNN_ATTR_ENGINE_DEVICEPROP);
  if (!engine.try_finalize()) return {};
  std::vector<CudnnDescriptor> knobs;
  for (const auto& [type, value] : choice.knobs) {
    CudnnDescriptor& knob = knobs.emplace_back(CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR);
    knob.set(CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE, static_cast<cudnnBackendKnobType_t>(type));
    knob.set(CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE, value);
    if (!knob.try_finalize()) return {};
  }
  CudnnDescriptor configuration(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
  configuration.set(CUDNN_ATTR_ENGINECFG_ENGINE, engine);
  if (!knobs.empty())
    configuration.set(CUDNN_ATTR_ENGINECFG_KNOB_CHOICES, std::span<const CudnnDescriptor>(knobs));
  if (!configuration.try_finalize()) return {};
  return finish(shared, configuration, target, options);
} catch (const Error&) {
  return {};  // numbers that cuDNN does not take are no choice
}

CudnnPlan CudnnPlan::from_json(const std::string& json, const CudnnTarget& target) {
  CudnnDescriptor descriptor(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
  target.set_handle(descriptor, CUDNN_ATTR_EXECUTION_PLAN_HANDLE);
  target.set_device(descriptor, CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP);
  descriptor.set_raw(CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, CUDNN_TYPE_CHAR, json.size(),
                     json.data());
  descriptor.finalize();
  return CudnnPlan(nullptr, std::move(descriptor), -1);
}

std::string CudnnPlan::json() const {
  std::string text(plan_.count(CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, CUDNN_TYPE_CHAR), '\0');
  text.resize(plan_.get_raw(CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, CUDNN_TYPE_CHAR, text.size(),
                            text.data()));
  while (!text.empty() && text.back() == '\0') text.pop_back();
  return text;
}

CudnnExecution::CudnnExecution(std::shared_ptr<const CudnnPlan> plan,
                               const std::map<int64_t, void*>& addresses, void* workspace)
    : plan_(std::move(plan)), addresses_(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR) {
  std::vector<int64_t> ids;
  std::vector<void*> pointers;
  for (const auto& [id, address] : addresses) {
    ids.push_back(id);
    pointers.push_back(address);
  }
  addresses_.set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, std::span<const int64_t>(ids));
  addresses_.set_raw(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, pointers.size(),
                     pointers.data());
  addresses_.set_raw(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, 1, &workspace);
  addresses_.finalize();
}

void CudnnExecution::enqueue(cudnnHandle_t handle, cudaStream_t stream) const {
  FXE_CUDNN(cudnnSetStream(handle, stream));
  FXE_CUDNN(cudnnBackendExecute(handle, plan_->descriptor().get(), addresses_.get()));
}

}  // namespace fxe
