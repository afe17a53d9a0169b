// SPDX-License-Identifier: Apache-2.0
#include "runtime/member_notes.h"

#include <gtest/gtest.h>

namespace fxe::test {
namespace {

TEST(Notes, EachTextOnceWithWhoseItIs) {
  const std::string taken = "its softmax at the end is left out";
  using Lines = std::vector<std::string>;
  EXPECT_EQ(notes_by_text({"a", "b"}, {{taken}, {taken}}), Lines{"each member: " + taken});
  EXPECT_EQ(notes_by_text({"a", "b", "c"}, {{taken}, {}, {"x", taken}}), (Lines{"a, c: " + taken, "c: x"}));
  EXPECT_EQ(notes_by_text({"a"}, {{taken}}), Lines{"a: " + taken});
}

}  // namespace
}  // namespace fxe::test
