// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <nlohmann/json.hpp>

#include "tools/commands/eval_run.h"

namespace fxe {

// What was run, for the reports.
struct EvalSubject {
  std::string ensemble, device;
  Policy policy;
  std::vector<std::string> member_names;  // in the order of the policy
  Precision precision = Precision::fp32;
  int batch = 1;
};

// Schema "fxe.eval/1".
nlohmann::ordered_json eval_json(const EvalSubject&, const EvalResult&);

// For people: accuracy, exits, time; beside the full ensemble where it was run too.
void print_eval(const EvalSubject&, const EvalResult&, std::FILE* to);

// One line of timm's columns (model, top1, top1_err, top5, top5_err, param_count, img_size), percentages with
// three decimals; with the head line if the file is new. Figures that do not exist, as of images without
// labels, are left empty. Appends: the one output that is not written whole.
void append_results_file(const std::filesystem::path&, const LoadedEnsemble&, const EvalResult&);

}  // namespace fxe
