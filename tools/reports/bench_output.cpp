// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/bench_output.h"

#include <algorithm>
#include <cmath>

#include "metareasoner/store/npy_file.h"

namespace fxe {

namespace {

// In double, so that the values written have no error but their own rounding.
void softmax(std::span<float> row) {
  const double top = std::ranges::max(row);
  double sum = 0;
  for (const float v : row) sum += std::exp(v - top);
  for (float& v : row) v = static_cast<float>(std::exp(v - top) / sum);
}

}  // namespace

void export_output(OutputFile& file, Executor& executor, BenchInput& input, const OperatingPoint& point,
                   int batch) {
  input.fill(executor, batch);
  const auto mean = executor.run(executor.prepare(point), batch).mean;
  std::vector<float> output(mean.begin(), mean.end());
  const size_t classes = output.size() / static_cast<size_t>(batch);
  if (point.combine == Combine::logits)
    for (size_t at = 0; at < output.size(); at += classes) softmax(std::span(output).subspan(at, classes));
  write_npy(file, {batch, static_cast<int64_t>(classes)}, output);
}

}  // namespace fxe
