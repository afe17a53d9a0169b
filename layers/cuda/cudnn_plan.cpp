// SPDX-License-Identifier: Apache-2.0
#include "layers/cuda/cudnn_plan.h"

#include <algorithm>

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

}  // namespace

CudnnPlan::CudnnPlan(CudnnGraph graph, CudnnDescriptor plan, int64_t engine)
    : graph_(std::move(graph)),
      plan_(std::move(plan)),
      engine_(engine),
      workspace_bytes_(static_cast<size_t>(plan_.value<int64_t>(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE))) {}

std::optional<CudnnPlan> CudnnPlan::choose(CudnnGraph graph, const CudnnTarget& target,
                                           const CudnnPlanOptions& options) {
  CudnnDescriptor operation_graph(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
  operation_graph.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, std::span<const CudnnDescriptor>(graph.operations));
  target.set_handle(operation_graph, CUDNN_ATTR_OPERATIONGRAPH_HANDLE);
  if (!operation_graph.try_finalize()) return {};

  for (const auto mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK})
    for (const CudnnDescriptor& configuration : configurations(operation_graph, target, mode)) {
      CudnnDescriptor engine(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
      configuration.get_into(CUDNN_ATTR_ENGINECFG_ENGINE, engine);
      if (!numerics_suit(engine, options.precision) || !behaviour_suits(engine)) continue;
      CudnnDescriptor descriptor(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
      descriptor.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, configuration);
      target.set_handle(descriptor, CUDNN_ATTR_EXECUTION_PLAN_HANDLE);
      target.set_device(descriptor, CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP);
      if (!descriptor.try_finalize()) continue;
      const auto number = engine.value<int64_t>(CUDNN_ATTR_ENGINE_GLOBAL_INDEX);
      CudnnPlan plan({}, std::move(descriptor), number);
      if (plan.workspace_bytes() > options.workspace_limit_bytes) continue;
      plan.graph_ = std::move(graph);
      return plan;
    }
  return {};
}

CudnnPlan CudnnPlan::from_json(const std::string& json, const CudnnTarget& target) {
  CudnnDescriptor descriptor(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
  target.set_handle(descriptor, CUDNN_ATTR_EXECUTION_PLAN_HANDLE);
  target.set_device(descriptor, CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP);
  descriptor.set_raw(CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, CUDNN_TYPE_CHAR, json.size(),
                     json.data());
  descriptor.finalize();
  return CudnnPlan({}, std::move(descriptor), -1);
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
