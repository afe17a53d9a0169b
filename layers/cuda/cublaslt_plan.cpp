// SPDX-License-Identifier: Apache-2.0
#include "layers/cuda/cublaslt_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/device.h"
#include "engine/error.h"

namespace fxe {

namespace {

void check(cublasStatus_t status, const char* call) {
  if (status != CUBLAS_STATUS_SUCCESS)
    throw run_time_error("cuBLASLt: {} failed: {}", call, cublasLtGetStatusString(status));
}
#define FXE_CUBLASLT(function, ...) check(function(__VA_ARGS__), #function)

cudaDataType_t data_type(DType type) {
  switch (type) {
    case DType::f32:
      return CUDA_R_32F;
    case DType::f16:
      return CUDA_R_16F;
    case DType::bf16:
      return CUDA_R_16BF;
    default:
      throw run_time_error("no cuBLASLt product in {}", name(type));
  }
}

// The scale type is fp32 in either case.
cublasComputeType_t compute_type(Precision precision) {
  return precision == Precision::tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
}

uint32_t epilogue(const LtMatmul& m) {
  if (m.relu) return m.bias ? CUBLASLT_EPILOGUE_RELU_BIAS : CUBLASLT_EPILOGUE_RELU;
  return m.bias ? CUBLASLT_EPILOGUE_BIAS : CUBLASLT_EPILOGUE_DEFAULT;
}

// Of cublasLtNumericalImplFlags_t.
uint64_t excluded_numerics(Precision precision) {
  return CUBLASLT_NUMERICAL_IMPL_FLAGS_ACCUMULATOR_16F |
         (precision == Precision::fp32 ? CUBLASLT_NUMERICAL_IMPL_FLAGS_TENSOR_OP_MASK : 0);
}

// A product split along its depth keeps its partial sums in fp32 and adds them in order. The in-place scheme
// is left out: its partial sums have y's type.
constexpr uint32_t kReductions = CUBLASLT_REDUCTION_SCHEME_NONE | CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE;

// An algorithm's settings, with their sizes in bytes.
constexpr std::pair<cublasLtMatmulAlgoConfigAttributes_t, size_t> kKnobs[] = {
    {CUBLASLT_ALGO_CONFIG_TILE_ID, 4},          {CUBLASLT_ALGO_CONFIG_SPLITK_NUM, 4},
    {CUBLASLT_ALGO_CONFIG_REDUCTION_SCHEME, 4}, {CUBLASLT_ALGO_CONFIG_CTA_SWIZZLING, 4},
    {CUBLASLT_ALGO_CONFIG_CUSTOM_OPTION, 4},    {CUBLASLT_ALGO_CONFIG_STAGES_ID, 4},
    {CUBLASLT_ALGO_CONFIG_INNER_SHAPE_ID, 2},   {CUBLASLT_ALGO_CONFIG_CLUSTER_SHAPE_ID, 2}};

int64_t setting(const cublasLtMatmulAlgo_t& algorithm, cublasLtMatmulAlgoConfigAttributes_t knob,
                size_t bytes) {
  uint32_t value = 0;
  size_t written = 0;
  FXE_CUBLASLT(cublasLtMatmulAlgoConfigGetAttribute, &algorithm, knob, &value, bytes, &written);
  return value;
}

// preference() asks the heuristics for the same; a choice from a cache has only this check.
bool numerics_suit(const cublasLtMatmulAlgo_t& algorithm, Precision precision) {
  uint64_t numerics = 0;
  size_t written = 0;
  FXE_CUBLASLT(cublasLtMatmulAlgoCapGetAttribute, &algorithm, CUBLASLT_ALGO_CAP_NUMERICAL_IMPL_FLAGS,
               &numerics, sizeof(numerics), &written);
  return (numerics & excluded_numerics(precision)) == 0 &&
         (setting(algorithm, CUBLASLT_ALGO_CONFIG_REDUCTION_SCHEME, 4) & ~kReductions) == 0;
}

cublasLtMatrixLayoutOpaque_t rows_of(DType type, int64_t rows, int64_t columns) {
  cublasLtMatrixLayoutOpaque_t layout;
  FXE_CUBLASLT(cublasLtMatrixLayoutInit, &layout, data_type(type), static_cast<uint64_t>(columns),
               static_cast<uint64_t>(rows), columns);
  return layout;
}

cublasLtMatmulPreferenceOpaque_t preference(const PlanOptions& options) {
  static_assert(kBufferAlignment % 256 == 0, "what cuBLASLt expects of operands unless it is told otherwise");
  cublasLtMatmulPreferenceOpaque_t preference;
  FXE_CUBLASLT(cublasLtMatmulPreferenceInit, &preference);
  const auto set = [&](cublasLtMatmulPreferenceAttributes_t name, auto value) {
    FXE_CUBLASLT(cublasLtMatmulPreferenceSetAttribute, &preference, name, &value, sizeof(value));
  };
  set(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, uint64_t{options.workspace_limit_bytes});
  set(CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, kReductions);
  set(CUBLASLT_MATMUL_PREF_IMPL_MASK, ~excluded_numerics(options.precision));
  return preference;
}

}  // namespace

std::string LtMatmul::str() const {
  return fmt::format("{} rows {} outputs {} depth {} to {}{}{}", name(dtype), rows, outputs, depth,
                     name(y_dtype), bias ? " +bias" : "", relu ? " relu" : "");
}

LtPlan::Description::Description(const LtMatmul& m, Precision precision)
    : w(rows_of(m.dtype, m.outputs, m.depth)),
      x(rows_of(m.dtype, m.rows, m.depth)),
      y(rows_of(m.y_dtype, m.rows, m.outputs)) {
  FXE_CUBLASLT(cublasLtMatmulDescInit, &operation, compute_type(precision), CUDA_R_32F);
  const auto set = [&](cublasLtMatmulDescAttributes_t name, auto value) {
    FXE_CUBLASLT(cublasLtMatmulDescSetAttribute, &operation, name, &value, sizeof(value));
  };
  set(CUBLASLT_MATMUL_DESC_TRANSA, CUBLAS_OP_T);
  set(CUBLASLT_MATMUL_DESC_EPILOGUE, epilogue(m));
}

std::vector<LtPlan> LtPlan::candidates(cublasLtHandle_t handle, const LtMatmul& m, const PlanOptions& options,
                                       size_t most) {
  Description description(m, options.precision);
  cublasLtMatmulPreferenceOpaque_t wanted = preference(options);
  std::vector<cublasLtMatmulHeuristicResult_t> results(most);
  int count = 0;
  const cublasStatus_t status = cublasLtMatmulAlgoGetHeuristic(
      handle, &description.operation, &description.w, &description.x, &description.y, &description.y, &wanted,
      static_cast<int>(most), results.data(), &count);
  if (status != CUBLAS_STATUS_NOT_SUPPORTED) check(status, "cublasLtMatmulAlgoGetHeuristic");
  results.resize(static_cast<size_t>(count));
  std::vector<LtPlan> plans;
  for (const auto& result : results)
    if (result.state == CUBLAS_STATUS_SUCCESS && numerics_suit(result.algo, options.precision))
      plans.push_back(LtPlan(description, result.algo, result.workspaceSize));
  return plans;
}

std::optional<LtPlan> LtPlan::make(cublasLtHandle_t handle, const LtMatmul& m, const PlanOptions& options,
                                   const PlanChoice& choice) {
  Description description(m, options.precision);
  const cudaDataType_t type = data_type(m.dtype), y_type = data_type(m.y_dtype);
  cublasLtMatmulAlgo_t algorithm{};
  cublasLtMatmulHeuristicResult_t result{};
  if (cublasLtMatmulAlgoInit(handle, compute_type(options.precision), CUDA_R_32F, type, type, y_type, y_type,
                             static_cast<int>(choice.engine), &algorithm) != CUBLAS_STATUS_SUCCESS)
    return {};
  for (const auto& [number, value] : choice.knobs) {
    const auto knob = std::ranges::find(kKnobs, number, [](const auto& k) { return int64_t{k.first}; });
    const auto bits = static_cast<uint32_t>(value);
    if (knob == std::end(kKnobs) ||
        cublasLtMatmulAlgoConfigSetAttribute(&algorithm, knob->first, &bits, knob->second) !=
            CUBLAS_STATUS_SUCCESS)
      return {};
  }
  if (cublasLtMatmulAlgoCheck(handle, &description.operation, &description.w, &description.x, &description.y,
                              &description.y, &algorithm, &result) != CUBLAS_STATUS_SUCCESS ||
      result.workspaceSize > options.workspace_limit_bytes || !numerics_suit(algorithm, options.precision))
    return {};
  return LtPlan(description, algorithm, result.workspaceSize);
}

PlanChoice LtPlan::choice() const {
  PlanChoice choice{.engine = setting(algorithm_, CUBLASLT_ALGO_CONFIG_ID, 4)};
  for (const auto& [knob, bytes] : kKnobs) choice.knobs.emplace_back(knob, setting(algorithm_, knob, bytes));
  return choice;
}

void LtPlan::enqueue(cublasLtHandle_t handle, const Addresses& at, cudaStream_t stream) const {
  static constexpr float kOne = 1, kZero = 0;
  Description d = description_;
  FXE_CUBLASLT(cublasLtMatmulDescSetAttribute, &d.operation, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &at.bias,
               sizeof(at.bias));
  FXE_CUBLASLT(cublasLtMatmul, handle, &d.operation, &kOne, at.w, &d.w, at.x, &d.x, &kZero, at.y, &d.y, at.y,
               &d.y, &algorithm_, at.workspace, workspace_bytes_, stream);
}

}  // namespace fxe
