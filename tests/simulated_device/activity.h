// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/simulated_device/graph.h"

// Device activity as CUPTI reports it.
namespace fxe::sim {

void note_launch(uint32_t correlation);
void note_activity(const Work&, const WorkId&, uint64_t began_ns, uint64_t ended_ns);
void note_clone(const Identified& copy, const Identified& original);

}  // namespace fxe::sim
