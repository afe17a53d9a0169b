// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/store/npy_file.h"

#include <gtest/gtest.h>

#include <cstring>

#include "metareasoner/store/cost_table.h"
#include "tests/engine/input/expect_error.h"
#include "tests/metareasoner/store/store_case.h"

namespace fxe::test {
namespace {

const std::string kHead = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n";

std::string npy(char version, const std::string& head, size_t data_bytes) {
  std::string bytes = "\x93NUMPY";
  bytes += version;
  bytes += '\0';
  const auto length = static_cast<uint32_t>(head.size());
  bytes.append(reinterpret_cast<const char*>(&length), version == 1 ? 2 : 4);
  bytes += head;
  for (size_t i = 0; i < data_bytes; ++i) bytes += static_cast<char>(i);
  return bytes;
}

TEST(NpyFile, ReadsVersionsOneToThree) {
  const StoreFolder folder;
  for (const char version : {'\1', '\2', '\3'}) {
    put_bytes(folder / "a.npy", npy(version, kHead, 24));
    const Tensor t = read_npy(folder / "a.npy");
    EXPECT_EQ(t.dtype, DType::f32);
    EXPECT_EQ(t.shape, (Shape{2, 3}));
    float second;
    const char expected[] = {4, 5, 6, 7};
    std::memcpy(&second, expected, 4);
    EXPECT_EQ(t.to_float()[1], second);
  }
}

TEST(NpyFile, RefusesEverythingElseInOneLine) {
  const StoreFolder folder;
  const auto error = [&](const std::string& bytes) {
    put_bytes(folder / "a.npy", bytes);
    return error_of([&] { read_npy(folder / "a.npy"); });
  };
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string head = kHead;
    head.replace(head.find(from), from.size(), to);
    return error(npy(1, head, 24));
  };
  EXPECT_NE(with("False", "True").find("Fortran order"), std::string::npos);
  EXPECT_NE(with("<f4", ">f4").find("found '>f4'"), std::string::npos);
  EXPECT_NE(with("<f4", "|O").find("found '|O'"), std::string::npos);
  EXPECT_NE(with("(2, 3)", "(2, 4)").find("does not fit"), std::string::npos);
  EXPECT_NE(with("(2, 3)", "(-2, -3)").find("negative"), std::string::npos);
  EXPECT_EQ(with("(2, 3)", "(4611686018427387904, 4)").find("\n"), std::string::npos);
  EXPECT_NE(with("(2, 3)", "(2, 3").find("not NumPy's"), std::string::npos);
  EXPECT_NE(with("False", "exit()").find("expected True or False"), std::string::npos);
  EXPECT_NE(with("'shape'", "'sharp'").find("the key 'sharp'"), std::string::npos);
  EXPECT_NE(error(npy(4, kHead, 24)).find("version 4"), std::string::npos);
  EXPECT_NE(error("nothing of the kind").find("not a NumPy array"), std::string::npos);
  const std::string good = npy(1, kHead, 24);
  for (size_t length = 0; length < good.size(); ++length) {
    const auto found = error(good.substr(0, length));
    EXPECT_NE(found.find("a.npy"), std::string::npos) << length << ": " << found;
  }
}

TEST(NpyFile, WhatIsWrittenIsReadAndItsDataAreAligned) {
  const StoreFolder folder;
  for (const Shape& shape : {Shape{6}, Shape{2, 3}, Shape{1, 1, 2, 3}}) {
    OutputFile file(folder / "a.npy");
    write_npy(file, shape, std::vector<float>{1, -2, 3.5f, 0, 5, 6});
    file.commit();
    const Tensor t = read_npy(folder / "a.npy");
    EXPECT_EQ(t.shape, shape);
    EXPECT_EQ(t.to_float(), (std::vector<float>{1, -2, 3.5f, 0, 5, 6}));
    EXPECT_EQ(std::filesystem::file_size(folder / "a.npy"), 128 + 24u) << "data at a multiple of 64 bytes";
  }
}

TEST(CostTable, GivesWhatWasMeasuredAndGoesBetween) {
  const StoreFolder folder;
  CostTable made({"a", "b"});
  made.device = "cpu";
  made.add(0, 1, 2);
  made.add(0, 1, 4);
  made.add(0, 8, 10);
  made.add(1, 2, 5);
  OutputFile file(folder / "c");
  made.write(file);
  file.commit();
  const CostTable costs = CostTable::read(folder / "c");
  EXPECT_EQ(costs.device, "cpu");
  EXPECT_EQ(costs.runs(0, 1), 2);
  EXPECT_EQ(costs.ms(0, 1), 3);
  EXPECT_EQ(costs.ms(0, 8), 10);
  EXPECT_NEAR(costs.ms(0, 4), 6, 1e-12);
  EXPECT_EQ(costs.ms(0, 16), 20);
  EXPECT_EQ(costs.ms(1, 1), 5);
  for (const std::string bad : {"", "[", "{}", R"({"schema": "fxe.costs/1", "members": []})",
                                R"({"schema": "fxe.costs/1", "members": [{"name": "a", "costs": []}]})",
                                R"({"schema": "fxe.costs/1", "members": [{"name": "a", "costs": [
                                    {"batch": 1, "ms": 1e13, "runs": 1}]}]})"}) {
    put_bytes(folder / "bad", bad);
    EXPECT_NE(error_of([&] { CostTable::read(folder / "bad"); }).find("bad"), std::string::npos) << bad;
  }
  for (const double bad : {-1.0, 1e13, 1e308, std::nan("")})
    EXPECT_NE(error_of([&] { CostTable::per_image({"a", "b"}, {1, bad}); }), "NO ERROR") << bad;
}

}  // namespace
}  // namespace fxe::test
