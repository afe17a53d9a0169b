// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "metareasoner/store/store.h"
#include "tests/tools/refused.h"
#include "tests/tools/small_stores.h"

namespace fxe::test {
namespace {

namespace fs = std::filesystem;

std::string npy(const std::string& type, size_t rows, size_t columns, const std::string& data) {
  std::string head =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}, {}), }}", type, rows, columns);
  head.resize(118, ' ');
  return std::string("\x93NUMPY\x01\x00\x76\x00", 10) + head + data;
}

TEST(Import, ArraysOfAStoreAreThatStore) {
  const Store store = Store::open(small_stores().fp32);
  Folder folder;
  std::string labels;
  std::vector<std::string> words = {"import"};
  for (size_t m = 0; m < store.members(); ++m) {
    std::string single, twice;
    std::vector<float> scratch;
    for (size_t b = 0; b < store.blocks(); ++b)
      for (const float v : store.logits(b, m, scratch)) {
        const double d = v;
        single.append(reinterpret_cast<const char*>(&v), 4);
        twice.append(reinterpret_cast<const char*>(&d), 8);
      }
    const std::string path = folder / (std::string(1, static_cast<char>('a' + m)) + ".npy");
    write_text(path, m == 1 ? npy("<f8", store.images(), store.classes(), twice)
                            : npy("<f4", store.images(), store.classes(), single));
    words.push_back(path);
  }
  for (size_t i = 0; i < store.images(); ++i)
    labels += store.header().paths[i] + " " + std::to_string(store.header().labels[i]) + "\n";
  write_text(folder / "labels", labels);
  auto good = words;
  good.insert(good.end(),
              {"--labels", folder / "labels", "--costs", "1.0,2.5,1", "-o", folder / "s", "--quiet"});
  const Outcome o = fxe(good);
  ASSERT_EQ(o.code, 0) << o.err;
  for (const std::string policy : {"full", "t:0.4"})
    EXPECT_EQ(replayed({folder / "s", "--policy", policy}),
              replayed({small_stores().fp32, "--policy", policy}));
  ASSERT_EQ(fxe({"replay", folder / "s", "--quiet", "--json", folder / "j"}).code, 0);
  EXPECT_EQ(read_json(folder / "j")["time_per_image_ms"], 4.5);
  EXPECT_EQ(read_json(folder / "j")["mean_macs"], nullptr);

  const auto refused = [&](std::vector<std::string> more, const std::string& why) {
    auto bad = words;
    bad.insert(bad.end(), {"-o", folder / "t"});
    bad.insert(bad.end(), more.begin(), more.end());
    expect_refused(bad, why);
    EXPECT_FALSE(fs::exists(folder / "t"));
  };
  refused({}, "--labels");
  write_text(folder / "few", "1\n2\n");
  refused({"--labels", folder / "few"}, "2 lines, but 60 images");
  write_text(folder / "large", "10\n");
  refused({"--labels", folder / "large"}, "expected a class from 0 to 9, found '10'");
  refused({"--labels", folder / "labels", "--costs", "1,2"}, "found 2");
  refused({"--labels", folder / "labels", "--names", "a,a,b"},
          "member names must differ and not be empty, found 'a'");
  words[1] = folder / "labels";
  refused({"--labels", folder / "labels"}, "not a NumPy array");
}

// Four images of three classes, whose answers are 0, 1, 2, 0.
TEST(Import, LabelsAreReadAsEvalReadsThem) {
  Folder folder;
  const std::vector<float> logits = {9, 0, 0, 0, 9, 0, 0, 0, 9, 9, 0, 0};
  write_text(folder / "a.npy", npy("<f4", 4, 3, {reinterpret_cast<const char*>(logits.data()), 48}));
  write_text(folder / "classes.txt", "ant\nbee\ncat\n");
  const auto right = [&](const std::string& labels) {
    write_text(folder / "labels", labels);
    const auto run = fxe({"import", folder / "a.npy", "--labels", folder / "labels", "--classes",
                          folder / "classes.txt", "-o", folder / "s", "--json", folder / "j"});
    EXPECT_EQ(run.code, 0) << run.err;
    EXPECT_EQ(fxe({"replay", folder / "s", "--quiet", "--json", folder / "r"}).code, 0);
    fs::remove(folder / "s");
    return read_json(folder / "r")["top1"];
  };
  EXPECT_EQ(right("0\n1\n2\n1\n"), 0.75);
  EXPECT_EQ(right("\xEF\xBB\xBF/data/x.jpg 0\n../y.jpg 1\nz 1 2.jpg 2\nw.jpg 1\n"), 0.75);
  EXPECT_EQ(right("x.jpg ant\ny.jpg bee\nz.jpg cat\nw.jpg bee\n"), 0.75);
  EXPECT_EQ(right("file_name,label\nx.jpg,ant\ny.jpg,bee\nz.jpg,cat\nw.jpg,bee\n"), 0.75);
  EXPECT_EQ(right("x.jpg\tbee\t0\t0\t9\t2\ny.jpg\tbee\t0\t0\t9\t2\nz.jpg\tcat\t0\t0\t9\t2\n"
                  "w.jpg\tbee\t0\t0\t9\t2\n"),
            0.5);
  std::string lines;
  for (const char* label : {"0", "1", "null", "1"})
    lines += fmt::format("{{\"file_name\": \"{}.jpg\", \"label\": {}}}\n", lines.size(), label);
  EXPECT_EQ(right(lines), 2.0 / 3);
  write_text(folder / "labels", "x 1\ny 2\nz 3\nw 1\n");
  expect_refused({"import", folder / "a.npy", "--labels", folder / "labels", "-o", folder / "s"},
                 "this file seems to count from 1");
}

TEST(Import, LabelsThatAreHardlyMeantSoAreWarnedOf) {
  Folder folder;
  std::vector<float> logits;
  std::string shifted, right;
  for (int i = 0; i < 60; ++i) {
    for (int c = 0; c < 10; ++c) logits.push_back(c == i % 9 ? 9.0f : 0.0f);
    shifted += fmt::format("{}\n", i % 9 + 1);
    right += fmt::format("{}\n", i % 9);
  }
  write_text(folder / "a.npy", npy("<f4", 60, 10, {reinterpret_cast<const char*>(logits.data()), 2400}));
  const auto warned = [&](const std::string& labels) {
    write_text(folder / "labels", labels);
    fs::remove(folder / "s");
    const auto run = fxe({"import", folder / "a.npy", "--labels", folder / "labels", "-o", folder / "s",
                          "--json", folder / "j", "--force"});
    EXPECT_EQ(run.code, 0) << run.err;
    return run.err;
  };
  EXPECT_THAT(warned(shifted),
              testing::HasSubstr("warning: 0 of 60 answers are right, but 60 are one class below"));
  EXPECT_THAT(read_json(folder / "j")["warning"].get<std::string>(),
              testing::HasSubstr("do the labels count from 1?"));
  EXPECT_EQ(warned(right), "");
  EXPECT_TRUE(read_json(folder / "j")["warning"].is_null());
}

}  // namespace
}  // namespace fxe::test
