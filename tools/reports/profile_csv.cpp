// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "engine/files/csv_field.h"
#include "tools/reports/profile_report.h"

namespace fxe {

void write_profile_csv(OutputFile& file, const ProfileSubject& subject, const ProfileResult& r) {
  file.write(
      "member,layer,op,kernel,batch,ms_per_call,calls_run,calls_saved,calls_full,run_ms,saved_ms,full_ms,"
      "gb_per_s,gflop_per_s\n");
  const auto numbers = [](const Savings& s) {
    return fmt::format("{:.9g},{},{},{},{:.9g},{:.9g},{:.9g},{:.9g},{:.9g}\n",
                       s.timed_ms / static_cast<double>(s.calls_run + s.calls_full), s.calls_run,
                       s.calls_saved(), s.calls_full, s.run_ms, s.saved_ms(), s.full_ms, s.gb_per_s(),
                       s.gflop_per_s());
  };
  for (const auto& row : r.table.rows())
    file.write(fmt::format("{},{},{},{},{},{}", csv_field(subject.members[row.member]),
                           csv_field(row.layer->name), csv_field(op_str(row.layer->op)),
                           csv_field(row.kernel), row.batch, numbers(row.savings)));
  for (const auto& [kernel, savings] : r.table.between_members())
    file.write(fmt::format(",,,{},,{}", csv_field(kernel), numbers(savings)));
}

}  // namespace fxe
