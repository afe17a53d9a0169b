// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/weight_panels.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "kernels/cpu/dot_tile.h"
#include "tests/support/stored_as.h"

namespace fxe::test {
namespace {

using cpu::WeightPanels;

// Element by element, in double precision from the stored value on; places without a column are zero.
template <class T>
std::vector<T> expected(const WeightPanels& p, const std::vector<float>& stored,
                        const std::vector<double>& factors) {
  std::vector<T> to(p.bytes() / sizeof(T), T{0});
  const int64_t elements = p.channels * p.taps;
  for (int64_t k = 0; k < p.groups * p.columns; ++k) {
    const int64_t of_group = k % p.columns;
    const int64_t panel = k / p.columns * p.panels_of_group() + of_group / p.width;
    const int stride = panel_columns(p.columns_of(panel)), column = static_cast<int>(of_group % p.width);
    for (int64_t c = 0; c < p.channels; ++c)
      for (int64_t t = 0; t < p.taps; ++t) {
        double value = stored[static_cast<size_t>(k * elements + c * p.taps + t)];
        if (!factors.empty()) value *= factors[static_cast<size_t>(k)];
        const auto row = static_cast<size_t>(t * p.channels + c) * static_cast<size_t>(stride);
        T* const panel_at = to.data() + p.offset_bytes(panel) / sizeof(T) + row;
        if constexpr (sizeof(T) == 2)
          panel_at[packed_bf16_column(column, stride)] = float_to_bfloat16(static_cast<float>(value));
        else
          panel_at[column] = static_cast<float>(value);
      }
  }
  return to;
}

template <class T>
void check(const WeightPanels& panels, const Tensor& tensor, const std::string& what) {
  static cpu::Workers workers(2);
  Tensor plain = tensor;
  plain.factors = {};
  std::vector<T> to(panels.bytes() / sizeof(T), T(7));
  panels.pack(tensor, reinterpret_cast<std::byte*>(to.data()), workers);
  EXPECT_EQ(to, expected<T>(panels, plain.to_float(), {tensor.factors.begin(), tensor.factors.end()}))
      << what;
}

// Every type, with and without factors; last panels of one column to all; rows shorter than, equal to, and
// longer than what is moved at once.
TEST(WeightPanels, HoldEachWeightTimesItsFactorInItsPlace) {
  for (const WeightPanels& shape :
       {WeightPanels{1, 1, 1, 1}, WeightPanels{1, 64, 64, 1}, WeightPanels{1, 65, 33, 2},
        WeightPanels{1, 130, 7, 9}, WeightPanels{2, 40, 129, 1}, WeightPanels{3, 17, 5, 25}})
    for (const int width : {64, 32})
      for (const DType type : {DType::f32, DType::f16, DType::bf16, DType::f64})
        for (const bool scaled : {false, true})
          for (const bool bf16 : {false, true}) {
            WeightPanels panels = shape;
            panels.width = width;
            panels.bf16 = bf16;
            const int64_t rows = panels.groups * panels.columns;
            std::vector<float> values(static_cast<size_t>(rows * panels.channels * panels.taps));
            for (size_t i = 0; i < values.size(); ++i)
              values[i] = static_cast<float>(i * 7919 % 10007) / 1000 - 5;
            Tensor tensor = stored_as(type, {rows, panels.channels, panels.taps}, values);
            std::vector<double> factors;
            for (int64_t k = 0; k < rows; ++k) factors.push_back(1.0 / static_cast<double>(k + 3) - 0.1);
            if (scaled) tensor = tensor.times(factors);
            const auto what = fmt::format("{} x {} x {} x {}, width {}, {}{}{}", panels.groups,
                                          panels.columns, panels.channels, panels.taps, width, name(type),
                                          scaled ? ", scaled" : "", bf16 ? ", to bf16" : "");
            bf16 ? check<uint16_t>(panels, tensor, what) : check<float>(panels, tensor, what);
          }
}

}  // namespace
}  // namespace fxe::test
