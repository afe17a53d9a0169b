// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace fxe::sim {

// A kernel begins: it may set each condition once.
void begin_setting();
// cudaGraphSetConditional. Throws if the running graph does not have the condition, this kernel has already
// set it, or its node has read it.
void set_condition(uint64_t handle, unsigned value);

}  // namespace fxe::sim
