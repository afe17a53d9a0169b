// SPDX-License-Identifier: Apache-2.0
// cuBLASLt on the simulated GPU: the real library makes the descriptors, which takes no GPU; this file has
// the algorithms and runs them. The linker redirects the calls here (--wrap).
#include <cublasLt.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <stdexcept>

#include "tests/simulated_device/call.h"
#include "tests/simulated_device/coverage.h"
#include "tests/simulated_device/kernels.h"
#include "tests/simulated_device/matmul.h"
#include "tests/simulated_device/memory.h"
#include "tests/simulated_device/numbers.h"
#include "tests/simulated_device/settings.h"
#include "tests/simulated_device/stream.h"

struct cublasLtContext {};

namespace fxe::sim {

namespace {

std::set<cublasLtHandle_t> handles;

// The contents of a cublasLtMatmulAlgo_t. The heuristics offer first what fxe must not take: sums in fp16,
// tensor cores in fp32 (which an environment variable of cuBLAS turns on), rounded partial sums.
struct Algorithm {
  enum Id : int32_t { fp16_sums, tensor_cores, fp32 };
  int32_t id = 0;
  cublasComputeType_t compute{};
  cudaDataType_t type{}, d_type{};
  uint32_t knobs[CUBLASLT_ALGO_CONFIG_CLUSTER_SHAPE_ID + 1] = {};

  uint32_t parts() const { return knobs[CUBLASLT_ALGO_CONFIG_SPLITK_NUM]; }
  uint32_t reduction() const { return knobs[CUBLASLT_ALGO_CONFIG_REDUCTION_SCHEME]; }
  Matmul::Units units() const {
    return id == fp16_sums      ? Matmul::Units::fp16_sums
           : id == tensor_cores ? Matmul::Units::tensor_cores
                                : Matmul::Units::fp32;
  }
};
static_assert(sizeof(Algorithm) <= sizeof(cublasLtMatmulAlgo_t));
constexpr uint32_t kTile = 20;

cublasLtMatmulAlgo_t packed(const Algorithm& algorithm) {
  cublasLtMatmulAlgo_t algo{};
  std::memcpy(&algo, &algorithm, sizeof(algorithm));
  return algo;
}
Algorithm unpacked(const cublasLtMatmulAlgo_t* algo) {
  Algorithm algorithm;
  std::memcpy(static_cast<void*>(&algorithm), algo, sizeof(algorithm));
  return algorithm;
}

cudaDataType_t cuda_type(DType type) {
  return type == DType::f16 ? CUDA_R_16F : type == DType::bf16 ? CUDA_R_16BF : CUDA_R_32F;
}

uint64_t numerics_of(const Algorithm& a) {
  const uint64_t input = a.type == CUDA_R_16F              ? CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_16F
                         : a.type == CUDA_R_16BF           ? CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_16BF
                         : a.id == Algorithm::tensor_cores ? CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_TF32
                                                           : CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_32F;
  return input |
         (a.id == Algorithm::fp32 ? CUBLASLT_NUMERICAL_IMPL_FLAGS_FMA : CUBLASLT_NUMERICAL_IMPL_FLAGS_HMMA) |
         (a.id == Algorithm::fp16_sums ? CUBLASLT_NUMERICAL_IMPL_FLAGS_ACCUMULATOR_16F
                                       : CUBLASLT_NUMERICAL_IMPL_FLAGS_ACCUMULATOR_32F);
}

bool has_types(const Algorithm& a) {
  return a.id == Algorithm::tensor_cores || (a.id == Algorithm::fp16_sums && a.type == CUDA_R_16F) ||
         (a.id == Algorithm::fp32 && a.type == CUDA_R_32F);
}

// Workspace in bytes; empty if the algorithm does not run this product.
std::optional<size_t> workspace_of(const Algorithm& a, const Matmul& m) {
  const bool in_parts = a.parts() > 1;
  if (!has_types(a) || a.compute != m.compute || a.type != cuda_type(m.a.type) ||
      a.d_type != cuda_type(m.d.type) || a.knobs[CUBLASLT_ALGO_CONFIG_TILE_ID] != kTile || a.parts() < 1 ||
      in_parts != (a.reduction() != CUBLASLT_REDUCTION_SCHEME_NONE) || a.parts() > m.depth / 16 + 1)
    return {};
  if (!in_parts) return 0;
  if (a.reduction() != CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE &&
      a.reduction() != CUBLASLT_REDUCTION_SCHEME_OUTPUT_TYPE)
    return {};
  return static_cast<size_t>(a.parts() * m.d.rows * m.d.columns) * sizeof(float);
}

std::vector<Algorithm> all_for(const Matmul& m) {
  std::vector<Algorithm> all;
  for (const int32_t id : {Algorithm::fp16_sums, Algorithm::tensor_cores, Algorithm::fp32})
    for (const auto& [parts, reduction] : {std::pair{4u, CUBLASLT_REDUCTION_SCHEME_OUTPUT_TYPE},
                                           {4u, CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE},
                                           {1u, CUBLASLT_REDUCTION_SCHEME_NONE}}) {
      Algorithm a{id, m.compute, cuda_type(m.a.type), cuda_type(m.d.type)};
      a.knobs[CUBLASLT_ALGO_CONFIG_ID] = static_cast<uint32_t>(id);
      a.knobs[CUBLASLT_ALGO_CONFIG_TILE_ID] = kTile;
      a.knobs[CUBLASLT_ALGO_CONFIG_SPLITK_NUM] = parts;
      a.knobs[CUBLASLT_ALGO_CONFIG_REDUCTION_SCHEME] = reduction;
      if (workspace_of(a, m)) all.push_back(a);
    }
  return all;
}

struct Run {
  Matmul m;
  Algorithm algorithm;
  const void *a, *b;
  void *d, *workspace;
  size_t workspace_bytes;
};

// What the kernel reads and writes must be in memory that it may use.
void check_memory(const Run& run) {
  struct Range {
    const void* at;
    size_t bytes;
  };
  std::vector<Range> read{{run.a, run.m.a.bytes()}, {run.b, run.m.b.bytes()}};
  if (run.m.has_bias)
    read.push_back({run.m.bias, static_cast<size_t>(run.m.d.rows) * size_bytes(run.m.d.type)});
  const Range written[] = {{run.d, run.m.d.bytes()}, {run.workspace, run.workspace_bytes}};
  const auto check = [](const Range& range) {
    if (reinterpret_cast<uintptr_t>(range.at) % 16)
      throw std::runtime_error("an operand is not aligned to 16 bytes");
    if (place_of(range.at, range.bytes) != Place::device)
      throw std::runtime_error("an operand is not inside one allocation on the device");
  };
  for (const Range& range : read) check(range);
  for (const Range& range : written) {
    if (range.bytes == 0) continue;
    check(range);
    for (const Range& other : read)
      if (overlap(range.at, range.bytes, other.at, other.bytes))
        throw std::runtime_error("a product writes over what it reads");
  }
  if (overlap(run.d, run.m.d.bytes(), run.workspace, run.workspace_bytes))
    throw std::runtime_error("the workspace overlaps the result");
}

int64_t part_begin(const Run& run, uint32_t part) { return run.m.depth * part / run.algorithm.parts(); }

void multiply(const Run& run) {
  check_memory(run);
  ++coverage().products;
  const auto part = [&](uint32_t i) {
    return run.m.sums(run.a, run.b, part_begin(run, i), part_begin(run, i + 1), run.algorithm.units());
  };
  if (run.algorithm.parts() == 1) return run.m.finish(part(0), run.d);
  std::memset(run.workspace, 0xFF, run.workspace_bytes);
  for (uint32_t i = 0; i < run.algorithm.parts(); ++i) {
    const std::vector<float> sums = part(i);
    std::memcpy(static_cast<float*>(run.workspace) + i * sums.size(), sums.data(),
                sums.size() * sizeof(float));
  }
}

// Adds the partial sums, in a second kernel.
void reduce(const Run& run) {
  check_memory(run);
  const auto count = static_cast<size_t>(run.m.d.rows * run.m.d.columns);
  std::vector<float> sums(count);
  for (size_t i = 0; i < count * run.algorithm.parts(); ++i)
    sums[i % count] += static_cast<const float*>(run.workspace)[i];
  run.m.finish(std::move(sums), run.d);
  std::memset(run.workspace, 0xFF, run.workspace_bytes);
}

cublasStatus_t run_product(cudaStream_t stream, const Run& run) {
  const auto launch = [&](const char* name, void (*kernel)(const Run&)) {
    if (fault() != cudaSuccess || this_launch_fails()) return CUBLAS_STATUS_EXECUTION_FAILED;
    submit(stream_of(stream), {.type = cudaGraphNodeTypeKernel,
                               .name = name,
                               .run = [run, kernel] { kernel(run); },
                               .ends_early = settings().edges_carry_data});
    return fault() == cudaSuccess ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_EXECUTION_FAILED;
  };
  const cublasStatus_t status = launch("cublaslt", multiply);
  if (status != CUBLAS_STATUS_SUCCESS || run.algorithm.parts() == 1) return status;
  return launch("cublaslt reduction", reduce);
}

}  // namespace

}  // namespace fxe::sim

extern "C" {

using namespace fxe::sim;

cublasStatus_t __wrap_cublasLtCreate(cublasLtHandle_t* handle) {
  const Call call("cublasLtCreate");
  if (settings().no_cublaslt || fault() != cudaSuccess || any_capture()) return CUBLAS_STATUS_NOT_INITIALIZED;
  handles.insert(*handle = new cublasLtContext);
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t __wrap_cublasLtDestroy(cublasLtHandle_t handle) {
  const Call call("cublasLtDestroy");
  if (handles.erase(handle) == 0) return CUBLAS_STATUS_NOT_INITIALIZED;
  drain();  // this call waits for the device
  delete handle;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t __wrap_cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t handle, cublasLtMatmulDesc_t operation,
                                                     cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                                     cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
                                                     cublasLtMatmulPreference_t preference, int most,
                                                     cublasLtMatmulHeuristicResult_t* results, int* count) {
  const Call call("cublasLtMatmulAlgoGetHeuristic");
  *count = 0;
  if (!handles.contains(handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
  const auto m = Matmul::read(operation, a, b, c, d);
  if (!m || most < 1) return CUBLAS_STATUS_INVALID_VALUE;
  if (settings().no_products) return CUBLAS_STATUS_NOT_SUPPORTED;
  const auto wanted = MatmulPreference::read(preference);
  for (const Algorithm& algorithm : all_for(*m)) {
    const size_t bytes = *workspace_of(algorithm, *m);
    const bool suits = bytes <= wanted.workspace_bytes && (numerics_of(algorithm) & ~wanted.numerics) == 0 &&
                       (algorithm.reduction() & ~wanted.reductions) == 0;
    if (suits && *count < most)
      results[(*count)++] = {packed(algorithm), bytes, CUBLAS_STATUS_SUCCESS, 1, {}};
  }
  return *count ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_SUPPORTED;
}

cublasStatus_t __wrap_cublasLtMatmulAlgoInit(cublasLtHandle_t handle, cublasComputeType_t compute,
                                             cudaDataType_t scale, cudaDataType_t a, cudaDataType_t b,
                                             cudaDataType_t c, cudaDataType_t d, int id,
                                             cublasLtMatmulAlgo_t* made) {
  const Call call("cublasLtMatmulAlgoInit");
  Algorithm algorithm{id, compute, a, d};
  algorithm.knobs[CUBLASLT_ALGO_CONFIG_ID] = static_cast<uint32_t>(id);
  algorithm.knobs[CUBLASLT_ALGO_CONFIG_SPLITK_NUM] = 1;
  if (!handles.contains(handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
  if (id < Algorithm::fp16_sums || id > Algorithm::fp32) return CUBLAS_STATUS_INVALID_VALUE;
  if (a != b || c != d || scale != CUDA_R_32F || !has_types(algorithm)) return CUBLAS_STATUS_NOT_SUPPORTED;
  *made = packed(algorithm);
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t __wrap_cublasLtMatmulAlgoCheck(cublasLtHandle_t handle, cublasLtMatmulDesc_t operation,
                                              cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                              cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
                                              const cublasLtMatmulAlgo_t* algo,
                                              cublasLtMatmulHeuristicResult_t* result) {
  const Call call("cublasLtMatmulAlgoCheck");
  if (!handles.contains(handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
  const auto m = Matmul::read(operation, a, b, c, d);
  const auto bytes = m ? workspace_of(unpacked(algo), *m) : std::nullopt;
  if (!bytes) return m ? CUBLAS_STATUS_NOT_SUPPORTED : CUBLAS_STATUS_INVALID_VALUE;
  result->workspaceSize = *bytes;
  return result->state = CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t __wrap_cublasLtMatmulAlgoCapGetAttribute(const cublasLtMatmulAlgo_t* algo,
                                                        cublasLtMatmulAlgoCapAttributes_t name, void* value,
                                                        size_t size, size_t* written) {
  const Call call("cublasLtMatmulAlgoCapGetAttribute");
  const uint64_t numerics = numerics_of(unpacked(algo));
  if (name != CUBLASLT_ALGO_CAP_NUMERICAL_IMPL_FLAGS || size != sizeof(numerics))
    return CUBLAS_STATUS_INVALID_VALUE;
  std::memcpy(value, &numerics, *written = size);
  return CUBLAS_STATUS_SUCCESS;
}

// cublasLt.h, cublasLtMatmulAlgoConfigAttributes_t.
static bool is_knob(cublasLtMatmulAlgoConfigAttributes_t name, size_t size) {
  return name >= CUBLASLT_ALGO_CONFIG_ID && name <= CUBLASLT_ALGO_CONFIG_CLUSTER_SHAPE_ID &&
         size == (name >= CUBLASLT_ALGO_CONFIG_INNER_SHAPE_ID ? 2 : 4);
}

cublasStatus_t __wrap_cublasLtMatmulAlgoConfigSetAttribute(cublasLtMatmulAlgo_t* algo,
                                                           cublasLtMatmulAlgoConfigAttributes_t name,
                                                           const void* value, size_t size) {
  const Call call("cublasLtMatmulAlgoConfigSetAttribute");
  if (!is_knob(name, size) || name == CUBLASLT_ALGO_CONFIG_ID) return CUBLAS_STATUS_INVALID_VALUE;
  Algorithm algorithm = unpacked(algo);
  std::memcpy(&algorithm.knobs[name], value, size);
  *algo = packed(algorithm);
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t __wrap_cublasLtMatmulAlgoConfigGetAttribute(const cublasLtMatmulAlgo_t* algo,
                                                           cublasLtMatmulAlgoConfigAttributes_t name,
                                                           void* value, size_t size, size_t* written) {
  const Call call("cublasLtMatmulAlgoConfigGetAttribute");
  if (!is_knob(name, size)) return CUBLAS_STATUS_INVALID_VALUE;
  const Algorithm algorithm = unpacked(algo);
  std::memcpy(value, &algorithm.knobs[name], *written = size);
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t __wrap_cublasLtMatmul(cublasLtHandle_t handle, cublasLtMatmulDesc_t operation,
                                     const void* alpha, const void* a, cublasLtMatrixLayout_t a_layout,
                                     const void* b, cublasLtMatrixLayout_t b_layout, const void* beta,
                                     const void* c, cublasLtMatrixLayout_t c_layout, void* d,
                                     cublasLtMatrixLayout_t d_layout, const cublasLtMatmulAlgo_t* algo,
                                     void* workspace, size_t workspace_bytes, cudaStream_t stream) {
  const Call call("cublasLtMatmul");
  if (!handles.contains(handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
  const auto m = Matmul::read(operation, a_layout, b_layout, c_layout, d_layout);
  const auto needed = m && algo ? workspace_of(unpacked(algo), *m) : std::nullopt;
  // Without an algorithm the real library asks its heuristics on every call.
  if (!needed || *needed > workspace_bytes || (m->has_bias && !m->bias) || c != d ||
      *static_cast<const float*>(alpha) != 1 || *static_cast<const float*>(beta) != 0 ||
      (workspace_bytes && reinterpret_cast<uintptr_t>(workspace) % 256 != 0))
    return CUBLAS_STATUS_INVALID_VALUE;
  return run_product(stream, {*m, unpacked(algo), a, b, d, workspace, *needed});
}

}  // extern "C"
