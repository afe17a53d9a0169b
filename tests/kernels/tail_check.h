// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "tests/kernels/tail_case.h"

namespace fxe::test {

// The device clock when the batch began.
inline constexpr uint64_t kStartNs = 0xFFFF'FFFF'0000'0000;

// Runs one stage: run_tail_cpu, or the kernel.
using RunTail = std::function<void(const TailArguments&, uint64_t elapsed_ns)>;

// Runs every stage of the case and compares with TailReference after each: p1, p2, margin and the mean
// within their bounds; label, members, status and the survivors exactly. Rows that have stopped, rows
// outside the batch and what lies around every array must not change by one bit. Failures are gtest's;
// returns the final results.
std::vector<RowResult> check_tail(const TailCase&, const RunTail&);

}  // namespace fxe::test
