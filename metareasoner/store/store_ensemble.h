// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "metareasoner/ensemble_file.h"
#include "metareasoner/fingerprint.h"
#include "metareasoner/store/store.h"

namespace fxe {

std::vector<std::string> member_names(const Store&);
std::vector<std::string> member_names(const Store&, const std::vector<int>& members);

// The store's members in this order, in the form that policies take.
EnsembleFile as_ensemble(const Store&, const std::vector<int>& order);

// An ensemble file with the store's fingerprint or, if the store has none, with members of the store's names.
// Throws bad_input for another ensemble.
EnsembleFile read_matching_ensemble(const Store&, const std::string& path, const ModelFiles&);

}  // namespace fxe
