// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <nlohmann/json.hpp>

#include "tools/commands/calibrate_images.h"

namespace fxe {

// Everything that one calibration was asked and found.
struct CalibrationSummary {
  const Store& store;
  const CalibrationRequest& request;
  const ChosenImages& images;
  OperatingPoint point;                 // whose thresholds were sought
  std::optional<FoundMembers> members;  // of --search
  std::vector<CalibrationOutcome> outcomes;
  // --compare-signals: by signal, its first outcome; why there is none where nothing met the objective.
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

// What a guarantee says, what it assumes, in one sentence.
std::string guarantee_text(const Objective&, const GuaranteeReport&);

}  // namespace fxe
