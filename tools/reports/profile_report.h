// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <nlohmann/json.hpp>

#include "engine/files/output_file.h"
#include "runtime/profile.h"
#include "tools/reports/eval_report.h"

namespace fxe {

// The names of all members of the ensemble, in the table's numbering.
struct ProfileSubject {
  EvalSubject run;
  std::vector<std::string> members;
};

// Schema "fxe.profile/1"; docs/guides/profiling.md says what each number is.
nlohmann::ordered_json profile_json(const ProfileSubject&, const ProfileResult&);

// For people; the `layers` slowest layers and kernels (0: all).
void print_profile(const ProfileSubject&, const ProfileResult&, size_t layers, std::FILE* to);

// One line per kernel of each layer at each batch size.
void write_profile_csv(OutputFile&, const ProfileSubject&, const ProfileResult&);

// The traced batches in the Trace Event Format, which chrome://tracing and Perfetto open: one track per
// policy, members over layers over kernels.
void write_profile_trace(OutputFile&, const ProfileSubject&, const ProfileResult&);

}  // namespace fxe
