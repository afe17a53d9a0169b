// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
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

}  // namespace
}  // namespace fxe::test
