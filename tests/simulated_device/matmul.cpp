// SPDX-License-Identifier: Apache-2.0
#include "tests/simulated_device/matmul.h"

#include <dlfcn.h>

#include <string>

#include "tests/simulated_device/call.h"
#include "tests/simulated_device/numbers.h"

extern "C" {
void* __real_dlopen(const char*, int);
void* __real_dlsym(void*, const char*);
}

namespace fxe::sim {

namespace {

// Reads an attribute back through the real library.
template <class T, class Attribute, class Get, class Descriptor>
T ask(const char* function, Get*, Descriptor descriptor, Attribute name) {
  static void* library =
      __real_dlopen(("libcublasLt.so." + std::to_string(CUBLAS_VER_MAJOR)).c_str(), RTLD_NOW | RTLD_NOLOAD);
  T value{};
  size_t written = 0;
  const auto get = reinterpret_cast<Get*>(__real_dlsym(library, function));
  if (!get || get(descriptor, name, &value, sizeof(value), &written) != CUBLAS_STATUS_SUCCESS)
    broken_rule("a description that cuBLASLt did not make");
  return value;
}
#define FXE_ASK(T, function, descriptor, name) \
  ask<T>(#function, static_cast<decltype(function)*>(nullptr), descriptor, name)

std::optional<DType> type_of(int32_t type) {
  if (type == CUDA_R_32F) return DType::f32;
  if (type == CUDA_R_16F) return DType::f16;
  if (type == CUDA_R_16BF) return DType::bf16;
  return {};
}

std::optional<Matmul::Matrix> read_matrix(cublasLtMatrixLayout_t layout) {
  const auto number = [&](auto of, cublasLtMatrixLayoutAttribute_t name) {
    return FXE_ASK(decltype(of), cublasLtMatrixLayoutGetAttribute, layout, name);
  };
  const auto type = type_of(number(int32_t{}, CUBLASLT_MATRIX_LAYOUT_TYPE));
  const Matmul::Matrix matrix{type.value_or(DType::f32),
                              static_cast<int64_t>(number(uint64_t{}, CUBLASLT_MATRIX_LAYOUT_ROWS)),
                              static_cast<int64_t>(number(uint64_t{}, CUBLASLT_MATRIX_LAYOUT_COLS)),
                              number(int64_t{}, CUBLASLT_MATRIX_LAYOUT_LD)};
  if (!type || number(int32_t{}, CUBLASLT_MATRIX_LAYOUT_ORDER) != CUBLASLT_ORDER_COL ||
      number(int32_t{}, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT) != 1 || matrix.leading < matrix.rows ||
      matrix.rows < 1 || matrix.columns < 1)
    return {};
  return matrix;
}

// The part of cublasLtMatmul()'s table "Datatypes Supported" that fxe uses.
bool types_go_together(const Matmul& m) {
  if (m.a.type != m.b.type) return false;
  if (m.compute == CUBLAS_COMPUTE_32F_FAST_TF32) return m.a.type == DType::f32 && m.d.type == DType::f32;
  return m.compute == CUBLAS_COMPUTE_32F && (m.d.type == m.a.type || m.d.type == DType::f32);
}

// The operand as one row over the depth for each row or column of D, rounded as the hardware rounds it.
std::vector<float> operand(const Matmul::Matrix& matrix, bool rows_are_columns, const void* data,
                           Matmul::Units units) {
  std::vector<float> held = load(matrix.type, data, matrix.span());
  if (units == Matmul::Units::tensor_cores && matrix.type == DType::f32) truncate_to_tf32(held);
  const int64_t count = rows_are_columns ? matrix.columns : matrix.rows,
                depth = rows_are_columns ? matrix.rows : matrix.columns,
                to_next = rows_are_columns ? matrix.leading : 1,
                along = rows_are_columns ? 1 : matrix.leading;
  std::vector<float> rows;
  rows.reserve(static_cast<size_t>(count * depth));
  for (int64_t i = 0; i < count; ++i)
    for (int64_t j = 0; j < depth; ++j) rows.push_back(held[static_cast<size_t>(i * to_next + j * along)]);
  return rows;
}

}  // namespace

MatmulPreference MatmulPreference::read(cublasLtMatmulPreference_t preference) {
  const auto number = [&](auto of, cublasLtMatmulPreferenceAttributes_t name) {
    return FXE_ASK(decltype(of), cublasLtMatmulPreferenceGetAttribute, preference, name);
  };
  return {number(uint64_t{}, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES),
          number(uint64_t{}, CUBLASLT_MATMUL_PREF_IMPL_MASK),
          number(uint32_t{}, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK)};
}

std::optional<Matmul> Matmul::read(cublasLtMatmulDesc_t operation, cublasLtMatrixLayout_t a_layout,
                                   cublasLtMatrixLayout_t b_layout, cublasLtMatrixLayout_t c_layout,
                                   cublasLtMatrixLayout_t d_layout) {
  const auto number = [&](auto of, cublasLtMatmulDescAttributes_t name) {
    return FXE_ASK(decltype(of), cublasLtMatmulDescGetAttribute, operation, name);
  };
  const auto a = read_matrix(a_layout), b = read_matrix(b_layout), c = read_matrix(c_layout),
             d = read_matrix(d_layout);
  const auto epilogue = number(uint32_t{}, CUBLASLT_MATMUL_DESC_EPILOGUE);
  const uint32_t known =
      CUBLASLT_EPILOGUE_DEFAULT | CUBLASLT_EPILOGUE_RELU | CUBLASLT_EPILOGUE_BIAS;  // which are bits
  if (!a || !b || !c || !d || (epilogue & ~known) != 0 ||
      number(int32_t{}, CUBLASLT_MATMUL_DESC_SCALE_TYPE) != CUDA_R_32F ||
      number(int32_t{}, CUBLASLT_MATMUL_DESC_POINTER_MODE) != CUBLASLT_POINTER_MODE_HOST)
    return {};
  Matmul m{.a = *a, .b = *b, .d = *d};
  m.transposed_a = number(int32_t{}, CUBLASLT_MATMUL_DESC_TRANSA) == CUBLAS_OP_T;
  m.transposed_b = number(int32_t{}, CUBLASLT_MATMUL_DESC_TRANSB) == CUBLAS_OP_T;
  m.has_bias = (epilogue & CUBLASLT_EPILOGUE_BIAS) != 0;
  m.has_relu = (epilogue & CUBLASLT_EPILOGUE_RELU) != 0;
  m.bias = number(static_cast<const void*>(nullptr), CUBLASLT_MATMUL_DESC_BIAS_POINTER);
  m.compute = static_cast<cublasComputeType_t>(number(int32_t{}, CUBLASLT_MATMUL_DESC_COMPUTE_TYPE));
  m.depth = m.transposed_a ? a->rows : a->columns;
  const bool fits = (m.transposed_a ? a->columns : a->rows) == d->rows &&
                    (m.transposed_b ? b->rows : b->columns) == d->columns &&
                    (m.transposed_b ? b->columns : b->rows) == m.depth && c->type == d->type &&
                    c->rows == d->rows && c->columns == d->columns;
  if (!fits || !types_go_together(m)) return {};
  return m;
}

std::vector<float> Matmul::sums(const void* a_data, const void* b_data, int64_t from, int64_t to,
                                Units units) const {
  const std::vector<float> left = operand(a, transposed_a, a_data, units),
                           right = operand(b, !transposed_b, b_data, units);
  std::vector<float> all;
  all.reserve(static_cast<size_t>(d.rows * d.columns));
  for (int64_t column = 0; column < d.columns; ++column)
    for (int64_t row = 0; row < d.rows; ++row) {
      const float *x = &left[static_cast<size_t>(row * depth)],
                  *y = &right[static_cast<size_t>(column * depth)];
      double sum = 0;
      for (int64_t k = from; k < to; ++k) {
        sum += double{x[k]} * y[k];
        if (units == Units::fp16_sums) sum = half_to_float(float_to_half(static_cast<float>(sum)));
      }
      all.push_back(static_cast<float>(sum));
    }
  return all;
}

void Matmul::finish(std::vector<float> sums, void* d_data) const {
  if (has_bias) {
    const std::vector<float> added = load(d.type, bias, d.rows);
    for (size_t i = 0; i < sums.size(); ++i) sums[i] += added[i % added.size()];
  }
  if (has_relu) relu(sums);
  const auto rows = static_cast<size_t>(d.rows);
  for (size_t column = 0; column < static_cast<size_t>(d.columns); ++column)
    store(d.type, {&sums[column * rows], &sums[column * rows] + rows},
          static_cast<char*>(d_data) + column * static_cast<size_t>(d.leading) * size_bytes(d.type));
}

}  // namespace fxe::sim
