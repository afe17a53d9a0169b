// SPDX-License-Identifier: Apache-2.0
// PyTorch checkpoints that unfold to much more than their size, or lie. Random damage: tests/fuzz.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/support/hostile.h"
#include "tests/support/weight_files.h"
#include "weights_converter/torch/file.h"

namespace fxe {
namespace {

using namespace test::pickle;
using test::torch_legacy;
using test::torch_zip;
using test::zip_file;
using testing::HasSubstr;

std::string refused_torch(const std::string& file) {
  return test::refusal(
      [](Bytes bytes) {
        is_torch_legacy(bytes) ? read_torch_legacy(bytes, nullptr) : read_torch_zip(bytes, nullptr);
      },
      file);
}

std::string repeated(const std::string& piece, size_t count) {
  std::string all;
  all.reserve(piece.size() * count);
  for (size_t i = 0; i < count; ++i) all += piece;
  return all;
}

// As a deflated pickle, which takes a thousandth of its size in the file.
std::string refused_pickle(const std::string& body) {
  return refused_torch(torch_zip(whole(body), {}, true));
}

std::string floats(const char* key, int32_t elements) { return storage("FloatStorage", key, elements); }

TEST(HostileTorch, PickleBombs) {
  constexpr size_t kMany = 9'000'000;
  EXPECT_THAT(refused_pickle(repeated("N", kMany)), HasSubstr("more than 2000000 Python values"));
  EXPECT_THAT(refused_pickle("N" + repeated("\x94", kMany)), HasSubstr("memo index below 2000000"));
  EXPECT_THAT(refused_pickle(repeated("(", kMany)), HasSubstr("more than 8000000 pickle opcodes"));
  EXPECT_THAT(refused_pickle("N" + repeated("2", kMany)), HasSubstr("more than 8000000 pickle opcodes"));
  EXPECT_THAT(refused_pickle("N" + std::string("r\xff\xff\xff\xff")), HasSubstr("memo index below"));
  EXPECT_THAT(refused_pickle(repeated("]", 1'000'000) + repeated("a", 999'999)),
              HasSubstr("no dict of named tensors"));
  EXPECT_THAT(refused_pickle("]q" + std::string(1, '\0') + "h" + std::string(1, '\0') + "a"),
              HasSubstr("no dict"));
}

TEST(HostileTorch, ProtocolsZeroAndOne) {
  for (const char* text : {"(lp0\n.", "(dp0\nS'a'\np1\nF1.5\ns."})
    EXPECT_THAT(refused_torch(torch_zip(text, {}, true)), HasSubstr("a pickle of protocol 0 or 1")) << text;
  EXPECT_THAT(refused_torch("L119547037146038801333356L\n.I1001\n."),
              HasSubstr("a pickle of protocol 0 or 1"));
}

// One list of arguments, passed to a class many times: its copies would take minutes.
TEST(HostileTorch, CallsShareTheirArguments) {
  const std::string call = std::string("h\0h\1R0", 6);
  EXPECT_THAT(refused_pickle(global("numpy", "dtype") + std::string("q\0(", 3) + repeated("N", 300'000) +
                             std::string("tq\1", 3) + repeated(call, 500'000)),
              HasSubstr("no dict of named tensors"));
}

TEST(HostileTorch, TensorsWithoutEnd) {
  const std::string parts = global("torch._utils", "_rebuild_tensor_v2") + std::string("q\0", 2) +
                            tuple({floats("0", 1), integer(0), ")", ")", "\x89", "N"}) +
                            std::string("q\1", 2);
  EXPECT_THAT(refused_pickle(parts + repeated(std::string("h\0h\1R0", 6), 400'000)),
              HasSubstr("more than 262144 tensors"));
  const std::string pid =
      tuple({text("storage"), global("torch", "FloatStorage"), text("0"), text("cpu"), integer(1)});
  EXPECT_THAT(refused_pickle(pid + std::string("q\0", 2) + repeated(std::string("h\0Q0", 4), 400'000)),
              HasSubstr("more than 262144 storages"));
}

TEST(HostileTorch, LongNames) {
  const std::string one = tensor(floats("0", 1), 0, {1}, {1});
  const std::string deep = repeated("module.", 100'000) + "w";
  EXPECT_THAT(refused_torch(torch_zip(whole(dict({{deep, one}})), {{"0", "1234"}})),
              HasSubstr("names of at most 1024 bytes"));
  // A name of 1 MB under which 500000 values are.
  EXPECT_THAT(refused_pickle("}" + text(std::string(1 << 20, 'k')) + std::string("q\0", 2) + one +
                             std::string("q\1", 2) + "s" + repeated(std::string("h\0h\1s", 5), 500'000)),
              HasSubstr("names of at most 1024 bytes"));
}

TEST(HostileTorch, ManyDicts) {
  // Dicts of dicts, all with tensors, under names that take four times their size to print.
  const std::string name = text(std::string(100, '\x01'));
  std::string body =
      "}" + name + std::string("q\0", 2) + tensor(floats("0", 1), 0, {1}, {1}) + std::string("q\1", 2) + "s";
  body = "](" + body + repeated(std::string("}h\0h\1s", 6), 300'000) + "e";
  EXPECT_THAT(refused_pickle(body), HasSubstr("no dict of named tensors"));
  std::string nested = "}";
  for (int i = 0; i < 200'000; ++i)
    nested += text("d" + std::to_string(i)) +
              (i == 0 ? "}" + name + std::string("q\0", 2) + tensor(floats("0", 1), 0, {1}, {1}) +
                            std::string("q\1", 2) + "s"
                      : std::string("}h\0h\1s", 6)) +
              "s";
  EXPECT_THAT(refused_pickle(nested), HasSubstr("no entry 'archive/data/0'"));
}

TEST(HostileTorch, StoragesThatLie) {
  const auto file = [](const std::string& t, size_t bytes) {
    return torch_zip(whole(dict({{"w", t}})), {{"0", std::string(bytes, 'x')}});
  };
  EXPECT_THAT(refused_torch(file(tensor(floats("0", 4), 0, {4}, {1}), 12)),
              HasSubstr("has 12 bytes, expected 16"));
  EXPECT_THAT(refused_torch(file(tensor(floats("0", -1), 0, {4}, {1}), 16)), HasSubstr("has -1 elements"));
  EXPECT_THAT(refused_torch(file(tensor(floats("0", 4), 1, {4}, {1}), 16)),
              HasSubstr("reaches outside its storage"));
  EXPECT_THAT(refused_torch(file(tensor(floats("0", 4), 0, {2}, {2147483647}), 16)),
              HasSubstr("reaches outside"));
  EXPECT_THAT(
      refused_torch(file(tensor(floats("0", 4), 0, {2147483647, 2147483647, 2147483647}, {0, 0, 0}), 16)),
      HasSubstr("too many elements"));
  EXPECT_THAT(refused_torch(file(tensor(floats("0", 4), 0, {2147483647}, {0}), 16)),
              HasSubstr("repeats elements"));
  EXPECT_THAT(refused_torch(file(tensor(floats("0", 4), 0, {-1}, {1}), 16)),
              HasSubstr("not all whole numbers"));
  EXPECT_THAT(refused_torch(file(tensor(floats("../../etc/passwd", 4), 0, {1}, {1}), 16)),
              HasSubstr("has no entry"));

  const auto legacy = [](const std::string& t, const std::string& data) {
    std::string whole_file = torch_legacy(whole(dict({{"w", t}})), {{"0", ""}}, 4);
    whole_file.resize(whole_file.size() - 8);
    return whole_file + data;
  };
  const std::string one = tensor(floats("0", 1), 0, {1}, {1});
  EXPECT_THAT(refused_torch(legacy(one, test::raw(~uint64_t{0}) + "1234")),
              HasSubstr("but 4 bytes are left"));
  EXPECT_THAT(refused_torch(legacy(one, test::raw(uint64_t{1} << 62) + "1234")),
              HasSubstr("but 4 bytes are left"));
  EXPECT_THAT(refused_torch(legacy(one, test::raw(uint64_t{0}))), HasSubstr("expected 1 elements"));
}

// No step is ever taken along a dimension of 1.
TEST(HostileTorch, TheStrideOfADimensionOf1MayBeAnyNumber) {
  constexpr int32_t kAny = 0x12345678;
  std::string pickle = whole(dict({{"w", tensor(floats("0", 4), 0, {2, 1, 2}, {1, kAny, 2})}}));
  const std::string any = "J" + test::raw(kAny);
  const size_t at = pickle.find(any);
  ASSERT_NE(at, pickle.npos);
  pickle.replace(at, any.size(), "\x8a\x08" + test::raw(std::numeric_limits<int64_t>::max()));
  const std::string data = test::raw(1.0f) + test::raw(2.0f) + test::raw(3.0f) + test::raw(4.0f);
  const std::string file = torch_zip(pickle, {{"0", data}});
  const WeightFile read = read_torch_zip(std::as_bytes(std::span(file)), nullptr);
  const auto values = read.tensors.at("w").bytes;
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(values.data()), values.size()),
            test::raw(1.0f) + test::raw(3.0f) + test::raw(2.0f) + test::raw(4.0f));
}

// Files of 70 KB whose entries go on for 72 MB, stated or not.
TEST(HostileTorch, ZipBombs) {
  const std::string zeros(36'000'000, '\0');
  const std::string pickle = whole(dict({{"a", tensor(floats("0", 9'000'000), 0, {9'000'000}, {1})},
                                         {"b", tensor(floats("1", 9'000'000), 0, {9'000'000}, {1})}}));
  EXPECT_THAT(refused_torch(torch_zip(pickle, {{"0", zeros}, {"1", zeros}}, true)),
              HasSubstr("unpack to more than 32 times"));
  const std::string small = whole(dict({{"a", tensor(floats("0", 4), 0, {4}, {1})}}));
  EXPECT_THAT(refused_torch(zip_file({{.name = "data.pkl", .content = small},
                                      {.name = "data/0", .content = zeros, .deflate = true, .bytes = 16}})),
              HasSubstr("unpacks to more than the 16 bytes"));
  EXPECT_THAT(refused_torch(zip_file(
                  {{.name = "data.pkl", .content = small},
                   {.name = "data/0", .content = "16 bytes in here", .deflate = true, .bytes = 1 << 30}})),
              HasSubstr("at most 16 are expected"));
}

TEST(HostileTorch, ZipEntriesThatOverlap) {
  const std::string small = whole(dict({{"a", tensor(floats("0", 4), 0, {4}, {1})}}));
  const test::ZipEntry first{.name = "data.pkl", .content = small},
      second{.name = "data/0", .content = "16 bytes in here"};
  auto entry = second;
  entry.local_header = 0;
  EXPECT_THAT(refused_torch(zip_file({first, entry})), HasSubstr("where another begins"));
  entry = first;
  entry.bytes = entry.stored_bytes = small.size() + 60;  // into the next
  EXPECT_THAT(refused_torch(zip_file({entry, second})), HasSubstr("up to the next"));
  entry = second;
  entry.zip64 = true;
  entry.local_header = ~uint64_t{0};
  EXPECT_THAT(refused_torch(zip_file({first, entry})), HasSubstr("past the last"));
  entry.local_header.reset();
  entry.bytes = entry.stored_bytes = ~uint64_t{0};
  EXPECT_THAT(refused_torch(zip_file({first, entry})), HasSubstr("ends at byte"));
  entry = second;
  entry.flags = 1;
  EXPECT_THAT(refused_torch(zip_file({first, entry})), HasSubstr("is encrypted"));
  EXPECT_THAT(refused_torch(zip_file({first, first})), HasSubstr("two entries"));
}

}  // namespace
}  // namespace fxe
