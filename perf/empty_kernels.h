// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "engine/device.h"

namespace fxe {

// What a kernel sets before it ends, as a tail does: the conditions of the nodes behind it.
struct Settings {
  int32_t count = 0;
  uint64_t conditions[2] = {};
  uint32_t values[2] = {};

  void add(uint64_t condition, uint32_t value) {
    conditions[count] = condition;
    values[count++] = value;
  }
};

// A kernel of one thread that does nothing but that.
void launch_empty(Queue&, const Settings& = {});

}  // namespace fxe
