// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/files/output_file.h"
#include "metareasoner/calibrate/calibration_summary.h"
#include "metareasoner/fingerprint.h"

namespace fxe {

// Called before anything is computed: throws bad_input for a file of another ensemble, and for what a profile
// cannot hold: a sweep, or a signal that devices do not know.
void check_for_profile(const Store&, const CalibrationRequest&, const std::string& path, const ModelFiles&);

// Stores the outcome as a profile of this name in the ensemble file at `path`, as the file is now: changes
// that others made since the check are kept. `to`: that file, opened.
void write_profile(const CalibrationSummary&, const std::string& profile, const std::string& path,
                   const ModelFiles&, OutputFile& to);

}  // namespace fxe
