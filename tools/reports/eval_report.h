// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "runtime/evaluate.h"

namespace fxe {

// What was run, for the reports.
struct EvalSubject {
  std::string ensemble, device;
  Policy policy;
  std::vector<std::string> member_names;  // in the policy's order
  Precision precision = Precision::fp32;
  int batch = 1;
  // On a GPU, what decided and how: the values of --control, --tail and --launch, and batches in flight.
  struct Schedule {
    std::string control, tail, launch;
    int in_flight;
  };
  std::optional<Schedule> schedule;
  std::string layout;  // of the folder, in words
  LeftOut left_out;
  int64_t classes = 0;  // 0: labels are not in the networks' order, and label_warning() says nothing
};

// Schema "fxe.eval/1".
nlohmann::ordered_json eval_json(const EvalSubject&, const EvalResult&);

// For people: accuracy, exits, time; beside the full ensemble if that ran too.
void print_eval(const EvalSubject&, const EvalResult&, std::FILE* to);
// The same for a run that was stopped, without timm's line, which scripts take for the result.
void print_partial_eval(const EvalSubject&, const EvalResult&, size_t images, std::FILE* to);

}  // namespace fxe
