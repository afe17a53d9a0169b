// SPDX-License-Identifier: Apache-2.0
#include "engine/bounded_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/error.h"
#include "tests/engine/input/expect_error.h"

namespace fxe {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using testing::HasSubstr;

constexpr JsonLimits kSmall{.bytes = 60, .depth = 2, .keys = 3};

std::string json_error(const std::string& text) {
  return test::error_of([&] { parse_json<ordered_json>(text, kSmall); });
}

TEST(BoundedJson, ReadsWhatIsWithinItsLimits) {
  EXPECT_EQ(parse_json<json>(R"([{"a":1,"b":2,"c":3},{"a":1,"b":2,"c":3}])", kSmall)[1]["c"], 3);
  EXPECT_EQ(parse_json<ordered_json>("7", kSmall), 7);
}

TEST(BoundedJson, ByteOrderMark) {
  EXPECT_EQ(parse_json<json>("\xef\xbb\xbf[7]", kSmall), json{7});
  EXPECT_EQ(json_error("\xff\xfe[\0"),
            "expected UTF-8, found the byte order mark of UTF-16 or UTF-32; save it as UTF-8");
}

TEST(BoundedJson, RefusesMore) {
  EXPECT_EQ(json_error(std::string(61, ' ')), "it is 61 bytes long; at most 60 are expected");
  EXPECT_EQ(json_error("[[[1]]]"), "it is nested more than 2 levels deep");
  EXPECT_EQ(json_error(std::string(60, '[')), "it is nested more than 2 levels deep");
  EXPECT_EQ(json_error(R"({"a":1,"b":2,"c":3,"d":4})"), "it has an object of more than 3 keys");
  EXPECT_EQ(json_error(R"({"a":{"x":1,"y":2,"z":3},"b":2,"c":3})"), "NO ERROR");
  EXPECT_EQ(json_error(R"({"a":{"x":1,"y":2,"z":3,"v":4}})"), "it has an object of more than 3 keys");
}

// JSON readers differ in which of a key's two values they take.
TEST(BoundedJson, RefusesAKeyThatIsGivenTwice) {
  EXPECT_EQ(json_error(R"({"a":1,"b":2,"a":3})"), "key 'a' is given twice in one object");
  EXPECT_EQ(json_error(R"({"a":{"x":1},"b":{"x":1}})"), "NO ERROR");
  EXPECT_EQ(json_error(R"([{"x":1},{"x":1,"x":1}])"), "key 'x' is given twice in one object");
}

TEST(BoundedJson, RefusesMoreValues) {
  const auto refused = [](const std::string& text) {
    return test::error_of([&] { parse_json<json>(text, {.bytes = 60, .depth = 3, .keys = 3, .values = 4}); });
  };
  EXPECT_EQ(refused("[1,[],3]"), "NO ERROR");
  EXPECT_EQ(refused("[1,[],3,4]"), "it has more than 4 values");
  EXPECT_EQ(refused(R"({"a":{"b":[null,true]}})"), "it has more than 4 values");
}

// Unterminated text may be as long as its file.
TEST(BoundedJson, DoesNotRepeatWhatItRead) {
  EXPECT_THAT(json_error("\"long text without an end"), testing::Not(HasSubstr("long")));
}

TEST(BoundedJson, RefusesWhatIsNotJson) {
  EXPECT_THAT(json_error("{\n"), HasSubstr("it is not JSON at byte"));
  EXPECT_THAT(json_error("\"\xff\n\""), HasSubstr("it is not JSON at byte"));
  EXPECT_THAT(json_error("1e999"), HasSubstr("number overflow"));
  EXPECT_THAT(json_error(""), HasSubstr("it is not JSON at byte"));
}

}  // namespace
}  // namespace fxe
