// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "metareasoner/calibrate/member_search.h"

namespace fxe {

// Everything one calibration was asked and found.
struct CalibrationSummary {
  const Store& store;
  const CalibrationRequest& request;
  const ChosenImages& images;
  OperatingPoint point;                 // whose thresholds were wanted
  std::optional<FoundMembers> members;  // of a search for members and their order
  std::vector<CalibrationOutcome> outcomes;
  std::vector<SignalOutcome> signals;  // empty: not compared
  std::vector<std::string> warnings;
  std::string written;  // "PROFILE in ENSEMBLE"; empty: nowhere
};

}  // namespace fxe
