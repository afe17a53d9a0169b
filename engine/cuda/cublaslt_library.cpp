// SPDX-License-Identifier: Apache-2.0
#include "engine/cuda/cublaslt_library.h"

#include <cublasLt.h>
#include <fmt/format.h>

#include "engine/cuda/vendor_library.h"

namespace fxe {

namespace {

const VendorLibrary& library() {
  static const VendorLibrary loaded(fmt::format("cuBLASLt {}", CUBLAS_VER_MAJOR),
                                    fmt::format("libcublasLt.so.{}", CUBLAS_VER_MAJOR), FXE_CUBLAS_FOLDER);
  return loaded;
}

}  // namespace

std::string cublaslt_load_error() { return library().error(); }

std::string cublaslt_version() {
  if (!cublaslt_load_error().empty()) return "no cuBLASLt";
  const size_t version = cublasLtGetVersion();
  return fmt::format("cuBLASLt {}.{}.{}", version / 10000, version / 100 % 100, version % 100);
}

}  // namespace fxe

#define FXE_FIND(function) static const auto call = fxe::library().find(&function, #function)

extern "C" {

size_t cublasLtGetVersion() {
  FXE_FIND(cublasLtGetVersion);
  return call();
}
const char* cublasLtGetStatusString(cublasStatus_t status) {
  FXE_FIND(cublasLtGetStatusString);
  return call(status);
}
cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle) {
  FXE_FIND(cublasLtCreate);
  return call(handle);
}
cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle) {
  FXE_FIND(cublasLtDestroy);
  return call(handle);
}
cublasStatus_t cublasLtMatmulDescInit_internal(cublasLtMatmulDesc_t made, size_t size,
                                               cublasComputeType_t compute, cudaDataType_t scale) {
  FXE_FIND(cublasLtMatmulDescInit_internal);
  return call(made, size, compute, scale);
}
cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t descriptor,
                                              cublasLtMatmulDescAttributes_t name, const void* value,
                                              size_t size) {
  FXE_FIND(cublasLtMatmulDescSetAttribute);
  return call(descriptor, name, value, size);
}
cublasStatus_t cublasLtMatrixLayoutInit_internal(cublasLtMatrixLayout_t made, size_t size, cudaDataType type,
                                                 uint64_t rows, uint64_t columns, int64_t leading) {
  FXE_FIND(cublasLtMatrixLayoutInit_internal);
  return call(made, size, type, rows, columns, leading);
}
cublasStatus_t cublasLtMatmulPreferenceInit_internal(cublasLtMatmulPreference_t made, size_t size) {
  FXE_FIND(cublasLtMatmulPreferenceInit_internal);
  return call(made, size);
}
cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t preference,
                                                    cublasLtMatmulPreferenceAttributes_t name,
                                                    const void* value, size_t size) {
  FXE_FIND(cublasLtMatmulPreferenceSetAttribute);
  return call(preference, name, value, size);
}
cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t handle, cublasLtMatmulDesc_t operation,
                                              cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                              cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
                                              cublasLtMatmulPreference_t preference, int most,
                                              cublasLtMatmulHeuristicResult_t* results, int* count) {
  FXE_FIND(cublasLtMatmulAlgoGetHeuristic);
  return call(handle, operation, a, b, c, d, preference, most, results, count);
}
cublasStatus_t cublasLtMatmulAlgoInit(cublasLtHandle_t handle, cublasComputeType_t compute,
                                      cudaDataType_t scale, cudaDataType_t a, cudaDataType_t b,
                                      cudaDataType_t c, cudaDataType_t d, int id,
                                      cublasLtMatmulAlgo_t* made) {
  FXE_FIND(cublasLtMatmulAlgoInit);
  return call(handle, compute, scale, a, b, c, d, id, made);
}
cublasStatus_t cublasLtMatmulAlgoCheck(cublasLtHandle_t handle, cublasLtMatmulDesc_t operation,
                                       cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                       cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
                                       const cublasLtMatmulAlgo_t* algorithm,
                                       cublasLtMatmulHeuristicResult_t* result) {
  FXE_FIND(cublasLtMatmulAlgoCheck);
  return call(handle, operation, a, b, c, d, algorithm, result);
}
cublasStatus_t cublasLtMatmulAlgoCapGetAttribute(const cublasLtMatmulAlgo_t* algorithm,
                                                 cublasLtMatmulAlgoCapAttributes_t name, void* value,
                                                 size_t size, size_t* written) {
  FXE_FIND(cublasLtMatmulAlgoCapGetAttribute);
  return call(algorithm, name, value, size, written);
}
cublasStatus_t cublasLtMatmulAlgoConfigSetAttribute(cublasLtMatmulAlgo_t* algorithm,
                                                    cublasLtMatmulAlgoConfigAttributes_t name,
                                                    const void* value, size_t size) {
  FXE_FIND(cublasLtMatmulAlgoConfigSetAttribute);
  return call(algorithm, name, value, size);
}
cublasStatus_t cublasLtMatmulAlgoConfigGetAttribute(const cublasLtMatmulAlgo_t* algorithm,
                                                    cublasLtMatmulAlgoConfigAttributes_t name, void* value,
                                                    size_t size, size_t* written) {
  FXE_FIND(cublasLtMatmulAlgoConfigGetAttribute);
  return call(algorithm, name, value, size, written);
}
cublasStatus_t cublasLtMatmul(cublasLtHandle_t handle, cublasLtMatmulDesc_t operation, const void* alpha,
                              const void* a, cublasLtMatrixLayout_t a_layout, const void* b,
                              cublasLtMatrixLayout_t b_layout, const void* beta, const void* c,
                              cublasLtMatrixLayout_t c_layout, void* d, cublasLtMatrixLayout_t d_layout,
                              const cublasLtMatmulAlgo_t* algorithm, void* workspace, size_t workspace_bytes,
                              cudaStream_t stream) {
  FXE_FIND(cublasLtMatmul);
  return call(handle, operation, alpha, a, a_layout, b, b_layout, beta, c, c_layout, d, d_layout, algorithm,
              workspace, workspace_bytes, stream);
}

}  // extern "C"
