// SPDX-License-Identifier: Apache-2.0
// safetensors files with lying headers. Random damage: tests/fuzz.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/hostile.h"
#include "tests/support/weight_files.h"
#include "weights_converter/safetensors/file.h"

namespace fxe {
namespace {

using test::raw;
using test::safetensors_file;
using testing::HasSubstr;

std::string refused_safetensors(const std::string& file) {
  return test::refusal([](Bytes bytes) { read_safetensors(bytes, nullptr); }, file);
}

std::string refused_safetensors(std::string_view header, std::string_view data) {
  return refused_safetensors(safetensors_file(header, data));
}

TEST(HostileSafetensors, HeaderSizes) {
  EXPECT_THAT(refused_safetensors(raw(uint64_t{3}) + "{}"), HasSubstr("but only 2 follow"));
  EXPECT_THAT(refused_safetensors(raw(uint64_t{100'000'001}) + "{}"),
              HasSubstr("at most 100000000 are allowed"));
  EXPECT_THAT(refused_safetensors(raw(~uint64_t{0}) + "{}"), HasSubstr("at most 100000000 are allowed"));
  EXPECT_THAT(refused_safetensors(raw(uint64_t{0}) + "{}"), HasSubstr("not JSON"));
  EXPECT_THAT(refused_safetensors(raw(uint64_t{1}) + "{}"), HasSubstr("not JSON"));
  EXPECT_THAT(refused_safetensors("{}"), HasSubstr("is the file complete?"));
}

TEST(HostileSafetensors, OffsetsAndOverlaps) {
  EXPECT_THAT(refused_safetensors(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", "123"),
              HasSubstr("lies at bytes 0 to 4"));
  EXPECT_THAT(refused_safetensors(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[4,0]}})", "1234"),
              HasSubstr("lies at bytes 4 to 0"));
  EXPECT_THAT(
      refused_safetensors(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[18446744073709551615,0]}})", "1"),
      HasSubstr("past 2^62"));
  EXPECT_THAT(
      refused_safetensors(
          R"({"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[3],"data_offsets":[2,5]}})",
          "12345"),
      HasSubstr("'a' and 'b' overlap"));
  EXPECT_THAT(
      refused_safetensors(
          R"({"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}})",
          "12345"),
      HasSubstr("overlap"));
  EXPECT_THAT(refused_safetensors(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})", "12345"),
              HasSubstr("end at byte 2"));
  EXPECT_THAT(refused_safetensors(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}})", "12345"),
              HasSubstr("belong to no tensor"));
}

TEST(HostileSafetensors, ShapesWhoseProductOverflows) {
  const auto with_shape = [](const std::string& shape) {
    return refused_safetensors(R"({"a":{"dtype":"F64","shape":)" + shape + R"(,"data_offsets":[0,0]}})", "");
  };
  EXPECT_THAT(with_shape("[4294967296,4294967296]"), HasSubstr("too many elements"));
  EXPECT_THAT(with_shape("[2305843009213693952]"), HasSubstr("has 0 bytes"));  // times 8 is 0 in 64 bits
  EXPECT_THAT(with_shape("[9223372036854775808]"), HasSubstr("past 2^62"));
  EXPECT_THAT(with_shape("[-1]"), HasSubstr("the number -1"));
  EXPECT_THAT(with_shape("[1e3]"), HasSubstr("the number 1e3"));
  EXPECT_THAT(with_shape("[1,1,1,1,1,1,1,1,1]"), HasSubstr("more than 8 numbers"));
}

TEST(HostileSafetensors, Structure) {
  EXPECT_THAT(
      refused_safetensors(
          R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})",
          ""),
      HasSubstr("names 'a' twice"));
  EXPECT_THAT(
      refused_safetensors(R"({"a":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}})", ""),
      HasSubstr("twice"));
  EXPECT_THAT(refused_safetensors(R"({"a":{"dtype":"U8","shape":[0]}})", ""), HasSubstr("no data_offsets"));
  EXPECT_THAT(refused_safetensors(R"({"":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})", ""),
              HasSubstr("without a name"));
  EXPECT_THAT(refused_safetensors(R"({"a":{"dtype":"Q4","shape":[0],"data_offsets":[0,0]}})", ""),
              HasSubstr("has type 'Q4'"));
  EXPECT_THAT(refused_safetensors("{\"a\":" + std::string(5'000'000, '['), ""),
              HasSubstr("has an array at 'a'"));
  EXPECT_THAT(refused_safetensors("{\"__metadata__\":{\"a\":" + std::string(5'000'000, '{'), ""),
              HasSubstr("an object"));
  EXPECT_THAT(refused_safetensors("{\"\xff\":{}}", ""), HasSubstr("not JSON"));
}

}  // namespace
}  // namespace fxe
