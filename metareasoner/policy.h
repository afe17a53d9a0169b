// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "metareasoner/ensemble_file.h"

namespace fxe {

// A policy as the command line names it, with the operating point it stands for:
//   stored[:PROFILE]   as the ensemble file has it
//   full               every member, no exits
//   first:K            the first K members, no exits
//   t:0.9[,0.8,...]    every member, one threshold for all sizes or N-1 of them
struct Policy {
  std::string text;
  OperatingPoint point;
};

// Empty text means stored:default if the ensemble has it, else full. Throws bad_input saying what
// was expected.
Policy resolve_policy(const EnsembleFile&, std::string_view text);

}  // namespace fxe
