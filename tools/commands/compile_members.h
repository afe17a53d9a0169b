// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "tools/commands/ensemble_loader.h"

namespace fxe {

// Optimises and compiles every model for --batch. Consumes the models' weights: they are gone when this
// returns. Throws run_time if memory does not suffice, saying how much is needed.
std::vector<std::unique_ptr<PlanMember>> compile_members(LoadedEnsemble&, Backend&, const RunOptions&);

}  // namespace fxe
