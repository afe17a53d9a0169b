// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "metareasoner/ensemble_file.h"
#include "tools/commands/calibrate_output.h"

namespace fxe {

// The ensemble file that a profile goes into, read before anything is computed. Throws bad_input for a file
// of another ensemble, and for what a profile cannot hold: a sweep, a signal that devices do not know.
EnsembleFile open_for_profile(const Store&, const CalibrationRequest&, const std::string& path);

// The outcome as a profile of this name; the whole file under a temporary name, then renamed.
void write_profile(EnsembleFile, const CalibrationSummary&, const std::string& profile,
                   const std::string& path);

}  // namespace fxe
