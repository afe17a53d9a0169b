// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/files/output_file.h"
#include "metareasoner/operating_point.h"
#include "runtime/bench_input.h"

namespace fxe {

// Runs the next batch and writes the probabilities that the policy answers with, [batch classes], as .npy:
// softmax(m_k) if logits are averaged, m_k if probabilities are. None of it is timed.
void export_output(OutputFile&, Executor&, BenchInput&, const OperatingPoint&, int batch);

}  // namespace fxe
