// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <nlohmann/json.hpp>

#include "metareasoner/calibrate/calibration_summary.h"

namespace fxe {

// Schema "fxe.calibrate/1".
nlohmann::ordered_json calibrate_json(const CalibrationSummary&);
void print_calibration(const CalibrationSummary&, std::FILE* to);

}  // namespace fxe
