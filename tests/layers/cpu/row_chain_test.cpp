// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/row_chain.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <random>

namespace fxe::test {
namespace {

using cpu::RowChain;
using cpu::RowStage;
using cpu::Workers;

struct Geometry {
  int64_t x_rows, y_rows, stride, reach, pad_top;
};

// A row of one float: the weighted sum of the rows under it, in integers that floats hold exactly.
float sum_under(const Geometry& g, const std::function<float(int64_t row_of_image)>& x, int64_t row) {
  float sum = 1;
  for (int64_t i = 0; i < g.reach; ++i) {
    const int64_t from = row * g.stride - g.pad_top + i;
    if (from >= 0 && from < g.x_rows) sum += static_cast<float>(i % 3 + 1) * x(from);
  }
  return static_cast<float>(static_cast<int64_t>(sum) % 9973);
}

// Layer by layer.
std::vector<float> expected_rows(const std::vector<Geometry>& geometries, int64_t images,
                                 const std::vector<float>& x, const std::vector<float>& residual) {
  std::vector<float> values = x;
  for (const Geometry& g : geometries) {
    std::vector<float> next;
    for (int64_t n = 0; n < images; ++n)
      for (int64_t row = 0; row < g.y_rows; ++row)
        next.push_back(sum_under(
            g, [&](int64_t from) { return values[static_cast<size_t>(n * g.x_rows + from)]; }, row));
    values = std::move(next);
  }
  for (size_t i = 0; i < values.size(); ++i) values[i] += residual[i];
  return values;
}

struct Counted {
  std::mutex mutex;
  std::vector<std::vector<int>> made;  // per stage and row
};

RowStage counting_stage(const Geometry& g, size_t index, int64_t images, Counted& counted) {
  counted.made.emplace_back(static_cast<size_t>(images * g.y_rows));
  RowStage stage{.name = "sum",
                 .x_rows = g.x_rows,
                 .y_rows = g.y_rows,
                 .stride = g.stride,
                 .reach = g.reach,
                 .pad_top = g.pad_top,
                 .run = {}};
  stage.run = [g, index, &counted](const RowStage::Call& call) {
    for (int64_t row = call.first; row < call.last; ++row) {
      const int64_t image = row / g.y_rows;
      const auto x = [&](int64_t from) { return call.x.at[(image * g.x_rows + from) & call.x.mask]; };
      const float residual = call.residual ? call.residual[row] : 0;
      call.y.at[row & call.y.mask] = sum_under(g, x, row % g.y_rows) + residual;
      const std::lock_guard lock(counted.mutex);
      ++counted.made[index][static_cast<size_t>(row)];
    }
  };
  return stage;
}

std::vector<Geometry> random_geometries(std::mt19937& random) {
  const auto below = [&](int64_t n) { return static_cast<int64_t>(random() % static_cast<uint64_t>(n)); };
  std::vector<Geometry> all;
  for (int64_t rows = 1 + below(200), count = 1 + below(4); count > 0 && rows > 0; --count) {
    Geometry g{rows, 0, 1 + below(3), 1 + below(5), 0};
    g.pad_top = below(g.reach);
    g.y_rows = (rows + g.pad_top - g.reach) / g.stride + 1 + below(2);  // the last may hang over
    if (g.y_rows < 1) break;
    all.push_back(g);
    rows = g.y_rows;
  }
  return all;
}

TEST(RowChain, MakesWhatLayerByLayerMakesAndNoRowTwice) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    const auto geometries = random_geometries(random);
    const int64_t images = 1 + static_cast<int64_t>(random() % 3);
    std::vector<float> x(static_cast<size_t>(images * geometries[0].x_rows));
    std::vector<float> residual(static_cast<size_t>(images * geometries.back().y_rows));
    for (float& v : residual) v = static_cast<float>(random() % 100);

    for (const int threads : {1, 3}) {
      Counted counted;
      std::vector<RowStage> stages;
      for (size_t i = 0; i < geometries.size(); ++i)
        stages.push_back(counting_stage(geometries[i], i, images, counted));
      RowChain chain(std::move(stages), images, threads);
      Workers workers(threads);
      std::vector<float> workspace(static_cast<size_t>(chain.workspace_floats()), -1e6f);
      for (int run = 0; run < 2; ++run) {
        // The second run must not need what the first left in the rings.
        for (float& v : x) v = static_cast<float>(random() % 100);
        const auto expected = expected_rows(geometries, images, x, residual);
        std::vector<float> y(expected.size());
        for (auto& made : counted.made) std::ranges::fill(made, 0);
        chain.run({x.data(), residual.data(), y.data(), workspace.data()}, workers);
        ASSERT_EQ(y, expected) << "seed " << seed << ", " << threads << " threads, run " << run;
        if (threads > 1) continue;
        for (const auto& made : counted.made)
          ASSERT_LE(*std::ranges::max_element(made), 1) << "seed " << seed;
      }
    }
  }
}

// Three rows under one, eight rows of the last layer a band: ten rows, a ring of sixteen for each thread.
TEST(RowChain, KeepsNoMoreRowsThanABandNeeds) {
  Counted counted;
  const auto chain = [&](int64_t columns, int threads) {
    std::vector<RowStage> stages{counting_stage({100, 100, 1, 1, 0}, 0, 1, counted),
                                 counting_stage({100, 100, 1, 3, 1}, 1, 1, counted)};
    stages[0].y_row_floats = 32;
    stages[1].y_columns = columns;
    return RowChain(std::move(stages), 1, threads).workspace_floats();
  };
  EXPECT_EQ(chain(7, 1), 16 * 32);
  EXPECT_EQ(chain(7, 3), 3 * 16 * 32);
  EXPECT_EQ(chain(112, 1), 4 * 32);
}

}  // namespace
}  // namespace fxe::test
