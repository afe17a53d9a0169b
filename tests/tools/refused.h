// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include "tests/tools/command_line.h"

namespace fxe::test {

// Runs words that cannot be used: this exit code, and one line of error that begins with "fxe COMMAND: " and
// contains `part`.
inline void expect_refused(const std::vector<std::string>& words, const std::string& part, int code = 2) {
  const auto run = fxe(words);
  const std::string shown = testing::PrintToString(words) + ": " + run.err;
  EXPECT_EQ(run.code, code) << shown;
  EXPECT_EQ(lines_of(run.err), 1u) << shown;
  EXPECT_TRUE(run.err.starts_with("fxe " + words.at(0) + ": ")) << shown;
  EXPECT_NE(run.err.find(part), std::string::npos) << shown << "expected: " << part;
}

}  // namespace fxe::test
