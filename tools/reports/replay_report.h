// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <nlohmann/json.hpp>

#include "metareasoner/replay/replay_run.h"

namespace fxe {

// Schema "fxe.replay/1": the keys of "fxe.eval/1" that a store can answer, plus its own.
nlohmann::ordered_json replay_json(const Store&, const ReplayResult&);

void print_replay(const Store&, const ReplayResult&, std::FILE* to);

}  // namespace fxe
