// SPDX-License-Identifier: Apache-2.0
// Graphs in converted files that read values that do not exist, or are much larger than they look.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "layers/optimize.h"
#include "tests/support/hostile.h"
#include "weights_converter/byte_reader.h"
#include "weights_converter/graph_json/graph_json.h"

namespace fxe {
namespace {

using testing::HasSubstr;

std::string refused_graph(const std::string& json) {
  return test::refusal([](Bytes bytes) { optimize(bind_weights(graph_from_json(as_text(bytes)), {}, "f")); },
                       json);
}

std::string node(const std::string& name, const std::string& op, const std::string& inputs,
                 const std::string& fields = "") {
  return R"({"name":")" + name + R"(","op":")" + op + R"(","inputs":[)" + inputs + "]" +
         (fields.empty() ? "" : "," + fields) + "}";
}

std::string graph(const std::string& nodes, const std::string& output = "1") {
  return R"({"schema":"fxe.graph/1","output":)" + output + R"(,"nodes":[)" + nodes + "]}";
}

const std::string kImage = node("x", "input", "", R"("c":3,"h":8,"w":8)");

TEST(HostileGraph, InputsThatAreNotThere) {
  EXPECT_THAT(refused_graph(graph(kImage + "," + node("y", "flatten", "1"))),
              HasSubstr("reads node 1, but only nodes before 1"));
  EXPECT_THAT(
      refused_graph(graph(kImage + "," + node("y", "flatten", "2") + "," + node("z", "flatten", "1"))),
      HasSubstr("reads node 2"));
  EXPECT_THAT(refused_graph(graph(kImage + "," + node("y", "flatten", "-1"))), HasSubstr("inputs has -1"));
  EXPECT_THAT(refused_graph(graph(kImage, "1")), HasSubstr("output is node 1, but there are 1"));
  EXPECT_THAT(refused_graph(graph(kImage + "," + node("y", "add", "0", R"("act":["none"])"))),
              HasSubstr("expected 2 input(s), found 1"));
  EXPECT_THAT(refused_graph(graph(kImage + "," + node("x", "flatten", "0"))),
              HasSubstr("two nodes are called 'x'"));
}

TEST(HostileGraph, HugeSizes) {
  const auto image = [](const std::string& size) { return graph(node("x", "input", "", size), "0"); };
  EXPECT_THAT(refused_graph(image(R"("c":9223372036854775807,"h":9223372036854775807,"w":2)")),
              HasSubstr("too many elements"));
  EXPECT_THAT(refused_graph(image(R"("c":65536,"h":65536,"w":1)")),
              HasSubstr("expected 1 to 2^31 - 1 elements"));
  EXPECT_THAT(refused_graph(image(R"("c":-1,"h":-1,"w":1)")), HasSubstr("must not be negative"));
  EXPECT_THAT(refused_graph(image(R"("c":0,"h":1,"w":1)")), HasSubstr("expected 1 to 2^31 - 1 elements"));
  EXPECT_THAT(refused_graph(image(R"("c":18446744073709551615,"h":1,"w":1)")),
              HasSubstr("c is not an integer"));
  EXPECT_THAT(refused_graph(image(R"("c":1e999,"h":1,"w":1)")), HasSubstr("number overflow"));
  const auto conv = [&](const std::string& k, const std::string& filter, const std::string& pad) {
    return refused_graph(graph(
        kImage + "," +
        node(
            "y", "conv2d", "0",
            R"("k":)" + k + R"(,"filter":)" + filter + R"(,"stride":[1,1],"pad":)" + pad +
                R"(,"dilation":[1,1],"groups":1,"weight":"w","bias":"","add_residual":false,"act":["none"])")));
  };
  EXPECT_THAT(conv("2147483647", "[1,1]", "[0,0,0,0]"), HasSubstr("2^31 elements or more"));
  EXPECT_THAT(conv("1", "[1,1]", "[1048576,1048576,1048576,1048576]"), HasSubstr("2^31 elements or more"));
  EXPECT_THAT(conv("1", "[1048577,1]", "[0,0,0,0]"), HasSubstr("filter must be in"));
  EXPECT_THAT(conv("9223372036854775807", "[8,8]", "[0,0,0,0]"), HasSubstr("k must be in"));
}

TEST(HostileGraph, AWeightWithoutAName) {
  EXPECT_THAT(refused_graph(graph(kImage + "," + node("y", "prelu", "0", R"("slope":"")"))),
              HasSubstr("expected the name of its slope, found none"));
}

TEST(HostileGraph, TooMuchOfIt) {
  std::string chain = kImage;
  for (int i = 1; i <= 9000; ++i)
    chain += "," + node("n" + std::to_string(i), "activate", std::to_string(i - 1), R"("act":["none"])");
  EXPECT_THAT(refused_graph(graph(chain)), HasSubstr("has 9001 nodes; at most 8192"));
  std::string inputs = "0";
  for (int i = 0; i < 300'000; ++i) inputs += ",0";
  EXPECT_THAT(refused_graph(graph(kImage + "," + node("y", "concat", inputs))),
              HasSubstr("has 300001 inputs; at most 256"));
  EXPECT_THAT(refused_graph(std::string(100'000, '[')), HasSubstr("nested more than 6 levels deep"));
  EXPECT_THAT(refused_graph(std::string(9'000'000, ' ')), HasSubstr("9000000 bytes long"));
  std::string keys = "{\"a\":0";
  for (int i = 0; i < 100; ++i) keys += ",\"a" + std::to_string(i) + "\":0";
  EXPECT_THAT(refused_graph(keys + "}"), HasSubstr("more than 32 keys"));
}

}  // namespace
}  // namespace fxe
