// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/files/output_file.h"
#include "metareasoner/operating_point.h"
#include "tools/commands/bench_input.h"

namespace fxe {

// Runs the next batch and writes the probabilities with which the policy answers, [batch classes], as .npy:
// softmax(m_k) where logits are averaged, m_k where probabilities are. Nothing of it is timed.
void export_output(OutputFile&, Executor&, BenchInput&, const OperatingPoint&, int batch);

}  // namespace fxe
