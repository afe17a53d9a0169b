// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <nlohmann/json.hpp>

#include "engine/files/output_file.h"
#include "tools/commands/eval_report.h"
#include "tools/commands/profile_run.h"

namespace fxe {

// The names of all members of the ensemble, as the table counts them.
struct ProfileSubject {
  EvalSubject run;
  std::vector<std::string> members;
};

// Schema "fxe.profile/1"; docs/profiling.md says what each number is.
nlohmann::ordered_json profile_json(const ProfileSubject&, const ProfileResult&);

// For people; the `layers` layers and kernels that take longest (0: all).
void print_profile(const ProfileSubject&, const ProfileResult&, size_t layers, std::FILE* to);

// A line for each kernel of each layer at each batch size.
void write_profile_csv(OutputFile&, const ProfileSubject&, const ProfileResult&);

// The traced batches in the Trace Event Format, which chrome://tracing and Perfetto open: a track for each
// policy, members over layers over kernels.
void write_profile_trace(OutputFile&, const ProfileSubject&, const ProfileResult&);

}  // namespace fxe
