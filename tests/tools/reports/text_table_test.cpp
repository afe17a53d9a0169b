// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/text_table.h"

#include <gtest/gtest.h>

#include <sstream>

namespace fxe::test {
namespace {

size_t widest(const std::string& text) {
  std::istringstream lines(text);
  size_t most = 0;
  for (std::string line; std::getline(lines, line);) most = std::max(most, line.size());
  return most;
}

TEST(TextTable, IsAsWideAsWhatIsInIt) {
  TextTable table({{.head = "", .text = true}, {.head = "top-1 %"}, {.head = "p99,\nms/batch"}});
  table.add({"full", "85.43", "4.608"});
  table.add({"flexible", "100.00"});
  EXPECT_EQ(table.str(80),
            "                         p99,\n"
            "            top-1 %  ms/batch\n"
            "  full        85.43     4.608\n"
            "  flexible   100.00\n");
}

TEST(TextTable, ALongNameShiftsNothing) {
  TextTable table({{.head = "", .text = true, .shrinks = true},
                   {.head = "n"},
                   {.head = "who", .text = true, .shrinks = true}});
  table.add({"a_very_long_member_name_of_somebody", "1", "short"});
  table.add({"b", "12", "another_rather_long_name_here"});
  EXPECT_EQ(table.str(40),
            "                     n  who\n"
            "  a_very_...mebody   1  short\n"
            "  b                 12  another...e_here\n");
  // Names have their full length if there is room, and are never shorter than eight columns.
  EXPECT_EQ(widest(table.str(200)), table.width());
  EXPECT_EQ(table.width(), 72u);
  // If that is too wide, the last columns are left out.
  EXPECT_EQ(widest(table.str(24)), 24u);
  EXPECT_EQ(table.str(23),
            "                      n\n"
            "  a_very_...omebody   1\n"
            "  b                  12\n");
  EXPECT_EQ(widest(table.str(10)), 10u);
  EXPECT_GE(widest(table.str(10, true)), 24u);
  // The last column is not shortened where nothing follows that could be shifted.
  EXPECT_EQ(table.str(40, true),
            "                                       n  who\n"
            "  a_very_long_memb...ame_of_somebody   1  short\n"
            "  b                                   12  another_rather_long_name_here\n");
}

TEST(TextTable, OrALongNameIsAboveItsRow) {
  TextTable table({{.head = "layer", .least = 10, .text = true, .above = true}, {.head = "ms"}});
  table.add({"short", "1.25"});
  table.add({"a_layer_of_some_length", "2.50"});
  EXPECT_EQ(table.str(20),
            "  layer           ms\n"
            "  short         1.25\n"
            "  a_layer_..._length\n"
            "                2.50\n");
  EXPECT_EQ(table.str(40),
            "  layer                     ms\n"
            "  short                   1.25\n"
            "  a_layer_of_some_length  2.50\n");
}

TEST(TextTable, LeavesOutWhatThereIsNoRoomFor) {
  TextTable table({{.head = "layer", .least = 10, .text = true, .shrinks = true},
                   {.head = "ms"},
                   {.head = "GB/s", .optional = true},
                   {.head = "GFLOP/s", .optional = true}});
  table.add({"a_layer_of_some_length", "1.25", "100.0", "2000.0"});
  EXPECT_EQ(table.str(30),
            "  layer              ms   GB/s\n"
            "  a_laye...length  1.25  100.0\n");
  EXPECT_EQ(table.str(20),
            "  layer           ms\n"
            "  a_lay...ngth  1.25\n");
  EXPECT_EQ(table.str(80).find("..."), std::string::npos);
}

}  // namespace
}  // namespace fxe::test
