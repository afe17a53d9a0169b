// SPDX-License-Identifier: Apache-2.0
// The cuda backend with our own kernels compiled for the host: everything but cuDNN runs here as on a GPU,
// including the weights' forms, the layouts and the arguments of every launch.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "engine/cuda/cuda_device.h"

#include "layers/cuda/cuda_backend.h"
#include "tests/support/op_cases.h"

namespace fxe::test {
namespace {

// Whether the case becomes kernels of ours alone; prepares it without running it.
bool runs_here(const OpCase& c, Precision precision) {
  Recorder recorder;
  const auto device = make_recording_device(recorder);
  const auto backend = make_cuda_backend(*device, precision, described_device("h200"));
  const OpData data = make_data(c, Fill::integer);
  const LayerRun run = run_layer(*backend, "case", c.op, c.shapes, data.inputs, data.weights);
  return run.implementation.find("cudnn") == std::string::npos &&
         run.implementation.find("cublaslt") == std::string::npos;
}

class OwnKernels : public testing::TestWithParam<Precision> {};

TEST_P(OwnKernels, AgreeWithTheReference) {
  const auto device = make_host_device();
  const auto backend = make_cuda_backend(*device, GetParam(), described_device("h200"));
  std::map<std::string, double> used;  // by operation: percent of the bound
  std::set<std::string> left_out;
  for (const OpCase& c : op_cases()) {
    if (!runs_here(c, GetParam())) {
      left_out.insert(op_name(c.op));
      continue;
    }
    double& worst = used[op_name(c.op)];
    for (const Fill fill : {Fill::normal, Fill::integer})
      for (const bool inputs_die : {false, true}) {
        const OpCaseResult result = run_op_case(*backend, c, fill, {false, inputs_die});
        EXPECT_TRUE(result.comparison) << name(GetParam()) << ", " << result.implementation << ": "
                                       << result.comparison.message << "\n  " << c.str();
        worst = std::max(worst, result.comparison.percent_of_bound);
      }
  }
  for (const auto& [operation, percent] : used) {
    left_out.erase(operation);
    fmt::print("own {} {:<20} at most {:.3g}% of the bound used\n", name(GetParam()), operation, percent);
  }
  EXPECT_EQ(left_out, std::set<std::string>{});  // convolutions: those that cuDNN has no plan for
}

INSTANTIATE_TEST_SUITE_P(Precisions, OwnKernels,
                         testing::Values(Precision::fp32, Precision::fp16, Precision::bf16),
                         [](const auto& precision) { return std::string(name(precision.param)); });

}  // namespace
}  // namespace fxe::test
