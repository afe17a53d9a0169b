// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <nlohmann/json.hpp>

#include "tools/commands/calibrate_images.h"

namespace fxe {

// Everything one calibration was asked and found.
struct CalibrationSummary {
  const Store& store;
  const CalibrationRequest& request;
  const ChosenImages& images;
  OperatingPoint point;                 // whose thresholds were wanted
  std::optional<FoundMembers> members;  // from --search
  std::vector<CalibrationOutcome> outcomes;
  // --compare-signals: per signal its first outcome, or why there is none if nothing met the objective.
  struct OfSignal {
    ReplaySignal signal;
    std::optional<CalibrationOutcome> outcome;
    std::string refused;
  };
  std::vector<OfSignal> signals;
  std::vector<std::string> warnings;
  std::string written;  // "PROFILE in ENSEMBLE"; empty: nowhere
};

// Schema "fxe.calibrate/1".
nlohmann::ordered_json calibrate_json(const CalibrationSummary&);
void print_calibration(const CalibrationSummary&, std::FILE* to);

// What a guarantee says and assumes, in one sentence.
std::string guarantee_text(const Objective&, const GuaranteeReport&);

}  // namespace fxe
