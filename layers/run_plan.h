// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "layers/plan.h"

namespace fxe {

// Runs a whole model once, from host memory to host memory: n images [c h w] in, [n classes] out. For tests
// and checks: it compiles, allocates and waits on every call.
std::vector<float> run_model(const Model& model, Backend& backend, std::span<const float> input, int64_t n,
                             const CompileOptions& = {});

// The same, with every value kept: one per layer of the plan, in its order, as plain fp32.
std::vector<std::vector<float>> run_keeping_values(const Model& model, Backend& backend,
                                                   std::span<const float> input, int64_t n);

}  // namespace fxe
