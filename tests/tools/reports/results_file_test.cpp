// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/results_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/tools/small_ensemble.h"

namespace fxe::test {
namespace {

constexpr const char* kHead =
    "model,img_size,top1,top1_err,top5,top5_err,param_count,crop_pct,interpolation,"
    "members,mean_members,policy,images,mean_gmacs,time_per_image_ms,gap,gap_lo,gap_hi,device,precision,"
    "batch";

std::vector<std::string> lines_in(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// The fractions that timm lists for these sizes.
TEST(ResultsFile, CropFraction) {
  EXPECT_EQ(crop_fraction(224, 256), "0.875");
  EXPECT_EQ(crop_fraction(224, 235), "0.95");
  EXPECT_EQ(crop_fraction(224, 232), "0.965");
  EXPECT_EQ(crop_fraction(176, 195), "0.9");
  EXPECT_EQ(crop_fraction(160, 168), "0.95");
  EXPECT_EQ(crop_fraction(288, 288), "1.0");
  EXPECT_EQ(crop_fraction(1, 16384), "");
}

// Two runs, with and without what a gap needs; every figure as the JSON report has it.
TEST(ResultsFile, TakesOneLineARun) {
  const SmallEnsemble& small = small_ensemble();
  const Folder folder;
  const auto run = [&](std::vector<std::string> more) {
    std::vector<std::string> words = {"eval",       small.ensemble,    small.images,
                                      "--labels",   small.labels,      "--policy",
                                      "t:0.1,0.12", "--results-file",  folder / "r.csv",
                                      "--json",     folder / "r.json", "--threads",
                                      "1",          "--device",        "cpu"};
    words.insert(words.end(), more.begin(), more.end());
    const auto outcome = fxe(words);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return read_json(folder / "r.json");
  };
  const auto plain = run({});
  const auto compared = run({"--compare-full", "--batch", "8"});
  const auto lines = lines_in(read_text(folder / "r.csv"));
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0], kHead);
  // Three ResNet-8 of 75,290 parameters each: He et al.'s CIFAR networks with n = 1.
  const auto line = [](const nlohmann::json& r, const std::string& gap, int batch) {
    const double top1 = 100 * r["top1"].get<double>(), top5 = 100 * r["top5"].get<double>();
    return fmt::format(
        "ensemble,32,{:.3f},{:.3f},{:.3f},{:.3f},0.23,,,3,{:.4f},\"t:0.1,0.12\",60,{:.4f},{:.4f},{},"
        "\"{}\",fp32,{}",
        top1, 100 - top1, top5, 100 - top5, r["mean_members"].get<double>(),
        r["mean_macs"].get<double>() / 1e9, r["time_per_image_ms"].get<double>(), gap,
        r["device"].get<std::string>(), batch);
  };
  EXPECT_EQ(lines[1], line(plain, ",,", 1));
  const auto& full = compared["full"];
  EXPECT_EQ(lines[2], line(compared,
                           fmt::format("{:.6f},{:.6f},{:.6f}", full["gap"].get<double>(),
                                       full["gap_ci95"][0].get<double>(), full["gap_ci95"][1].get<double>()),
                           8));
}

TEST(ResultsFile, RefusesAFileOfAnotherKind) {
  const SmallEnsemble& small = small_ensemble();
  const Folder folder;
  write_text(folder / "r.csv", "model,top1\n");
  const auto outcome = fxe({"eval", small.ensemble, small.images, "--limit", "1", "--results-file",
                            folder / "r.csv", "--threads", "1"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, testing::HasSubstr("r.csv: expected a results file that starts 'model,img_size,"));
  EXPECT_EQ(read_text(folder / "r.csv"), "model,top1\n");
}

}  // namespace
}  // namespace fxe::test
