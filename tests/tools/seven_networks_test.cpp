// SPDX-License-Identifier: Apache-2.0
// Seven published ImageNet networks in four formats as one ensemble, on 800 images: the figures of an
// independent implementation, in the data's README. One recorded run; the method is recomputed here
// in double.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "metareasoner/store/store.h"
#include "tests/support/sanitized.h"
#include "tests/tools/command_line.h"

namespace fxe::test {
namespace {

namespace fs = std::filesystem;

struct Network {
  const char *file, *network;
  int size;
  const char* pixels;    // channels, scale, mean and std as in an ensemble file
  double top1;           // in percent, of all 800
  int right_of_first16;  // what fxe itself had when this was written, for builds too slow for 800
};

#define FXE_BGR R"("channels": "bgr", "scale": 1, "mean": [104, 117, 123], "std": [1, 1, 1])"
#define FXE_128 R"("channels": "rgb", "scale": 1, "mean": [128, 128, 128], "std": [128, 128, 128])"
#define FXE_IMAGENET \
  R"("channels": "rgb", "scale": 0.00392156862745098, "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225])"

constexpr Network kNetworks[] = {
    {"mobilenetV1X0.25_pretrain.tar", "mobilenet_v1:width=0.25,activation=leaky_relu,slope=0.1", 224,
     FXE_IMAGENET, 55.88, 9},
    {"mobilenet_v1_0.5_160.onnx", "", 160, FXE_128, 64.62, 11},
    {"squeezenet_v1.0_deepcompressed.caffemodel", "", 227, FXE_BGR, 70.12, 12},
    {"squeezenet_v1.1.caffemodel", "", 227, FXE_BGR, 71.38, 12},
    {"mobilenet_v1_0.75_192.onnx", "", 192, FXE_128, 74.00, 12},
    {"mobilenet_v1_1.0_224.onnx", "", 224, FXE_128, 76.50, 11},
    {"mobilenet_v2_1.0_224.onnx", "", 224, FXE_128, 77.50, 13},
};
constexpr size_t kSeven = std::size(kNetworks), kFew = 16;

constexpr double kRunning[2][kSeven] = {{55.88, 66.62, 72.62, 74.50, 76.38, 78.38, 79.00},   // logits
                                        {55.88, 67.50, 72.88, 74.00, 75.50, 77.88, 78.75}};  // probabilities
struct Point {
  double threshold, top1, members;
};
constexpr Point kPoints[2][3] = {{{0.5, 77.75, 3.390}, {0.8, 78.88, 4.752}, {0.9, 78.88, 5.316}},
                                 {{0.5, 77.88, 3.982}, {0.8, 78.75, 5.616}, {0.9, 78.75, 6.132}}};
constexpr double kPercent = 0.25, kMeanDepth = 0.03;

using Row = std::vector<double>;

Row softmax(const Row& z) {
  const double largest = *std::max_element(z.begin(), z.end());
  Row p(z.size());
  double sum = 0;
  for (size_t i = 0; i < z.size(); ++i) sum += p[i] = std::exp(z[i] - largest);
  for (double& v : p) v /= sum;
  return p;
}

int best(const Row& row) { return static_cast<int>(std::max_element(row.begin(), row.end()) - row.begin()); }

double margin(Row p) {
  std::partial_sort(p.begin(), p.begin() + 2, p.end(), std::greater<>());
  return p[0] - p[1];
}

// The first k members' answers, k = 1 to 7, and how sure each is.
struct Prefixes {
  std::array<int, kSeven> answer;
  std::array<double, kSeven> sure;
};

Prefixes prefixes(const std::vector<Row>& logits, bool probabilities) {
  Prefixes out;
  Row sum(logits[0].size());
  for (size_t k = 0; k < kSeven; ++k) {
    const Row x = probabilities ? softmax(logits[k]) : logits[k];
    for (size_t i = 0; i < sum.size(); ++i) sum[i] += x[i];
    Row mean(sum.size());
    for (size_t i = 0; i < sum.size(); ++i) mean[i] = sum[i] / static_cast<double>(k + 1);
    out.answer[k] = best(mean);
    out.sure[k] = margin(probabilities ? mean : softmax(mean));
  }
  return out;
}

class SevenNetworks : public testing::Test {
 protected:
  static void SetUpTestSuite() { made = std::make_unique<Made>(); }
  static void TearDownTestSuite() { made.reset(); }
  void SetUp() override {
    if (!made->reason.empty()) GTEST_SKIP() << made->reason;
  }

  struct Made {
    Folder folder;
    std::string reason, ensemble = folder / "seven.json", images;
    std::vector<std::vector<Row>> logits;  // [image][member]
    std::vector<int> labels;

    Made() {
      const fs::path data = shared_data() / "imagenet";
      images = (data / "val800").string();
      if (!fs::exists(data / "weights") || !fs::exists(images)) {
        reason = "no imagenet in " + shared_data().string() + " (set FXE_DATA)";
        return;
      }
      std::vector<std::string> words{"init"};
      for (const Network& n : kNetworks) {
        words.push_back((data / "weights" / n.file).string());
        words.insert(words.end(),
                     {"--network", n.network, "--preprocess",
                      fmt::format(R"({{"resize": {{"to": {0}, "side": "both"}}, "crop": {0}, {1}}})", n.size,
                                  n.pixels)});
      }
      words.insert(words.end(), {"--classes", (data / "synset_words.txt").string(), "-o", ensemble});
      const auto init = fxe(words);
      const auto record = fxe({"record", ensemble, images, "--batch", "8", "--threads", "2", "--quiet",
                               "--limit", std::to_string(kSanitized ? kFew : 800), "-o", folder / "store"});
      if (init.code != 0 || record.code != 0) {
        ADD_FAILURE() << init.err << record.err;
        reason = "the run failed";
        return;
      }
      read(Store::open(folder / "store"));
    }

    void read(const Store& store) {
      std::vector<float> scratch;
      labels = {store.header().labels.begin(), store.header().labels.end()};
      logits.resize(store.images(), std::vector<Row>(kSeven));
      for (size_t block = 0; block < store.blocks(); ++block)
        for (size_t m = 0; m < kSeven; ++m) {
          const auto rows = store.logits(block, m, scratch);
          for (size_t i = 0; i < store.images_in(block); ++i) {
            const float* row = rows.data() + i * store.classes();
            logits[store.first_image(block) + i][m].assign(row, row + store.classes());
          }
        }
    }
  };
  static inline std::unique_ptr<Made> made;

  // In percent, of the images for which answer(image) is the label.
  template <class Answer>
  static double top1(Answer answer) {
    double right = 0;
    for (size_t i = 0; i < made->logits.size(); ++i) right += answer(i) == made->labels[i];
    return 100 * right / static_cast<double>(made->logits.size());
  }

  static std::vector<Prefixes> all_prefixes(bool probabilities) {
    std::vector<Prefixes> all;
    for (const auto& logits : made->logits) all.push_back(prefixes(logits, probabilities));
    return all;
  }
};

TEST_F(SevenNetworks, EachMembersAccuracy) {
  for (size_t m = 0; m < kSeven; ++m) {
    const double found = top1([&](size_t i) { return best(made->logits[i][m]); });
    int few = 0;
    for (size_t i = 0; i < kFew; ++i) few += best(made->logits[i][m]) == made->labels[i];
    EXPECT_EQ(few, kNetworks[m].right_of_first16) << kNetworks[m].file;
    if (kSanitized) continue;
    EXPECT_NEAR(found, kNetworks[m].top1, kPercent) << kNetworks[m].file;
    fmt::print("{}: {:.2f}, README {:.2f}\n", kNetworks[m].file, found, kNetworks[m].top1);
  }
}

TEST_F(SevenNetworks, RunningMeansAndExits) {
  if (kSanitized) GTEST_SKIP() << "800 images take too long in this build";
  for (const bool probabilities : {false, true}) {
    const auto all = all_prefixes(probabilities);
    const char* combine = probabilities ? "probabilities" : "logits";
    for (size_t k = 0; k < kSeven; ++k) {
      const double found = top1([&](size_t i) { return all[i].answer[k]; });
      EXPECT_NEAR(found, kRunning[probabilities][k], kPercent) << combine << " of " << k + 1;
      fmt::print("{}, first {}: {:.2f}, README {:.2f}\n", combine, k + 1, found, kRunning[probabilities][k]);
    }
    for (const Point& point : kPoints[probabilities]) {
      std::vector<size_t> members;
      double sum = 0;
      for (const Prefixes& p : all) {
        size_t k = 1;
        while (k < kSeven && !(p.sure[k - 1] > point.threshold)) ++k;
        members.push_back(k);
        sum += static_cast<double>(k);
      }
      const double mean = sum / static_cast<double>(all.size());
      const double found = top1([&](size_t i) { return all[i].answer[members[i] - 1]; });
      EXPECT_NEAR(found, point.top1, kPercent) << combine << ", t = " << point.threshold;
      EXPECT_NEAR(mean, point.members, kMeanDepth) << combine << ", t = " << point.threshold;
      fmt::print("{}, t = {}: {:.2f} at {:.3f} members, README {:.2f} at {:.3f}\n", combine, point.threshold,
                 found, mean, point.top1, point.members);
    }
  }
}

// eval decides image by image, running members only as far as needed, and gives what the record gives.
TEST_F(SevenNetworks, EvalStopsWhereTheRecordSays) {
  const size_t count = kSanitized ? 4 : 96;
  const auto all = all_prefixes(false);
  const auto run =
      fxe({"eval", made->ensemble, made->images, "--policy", "t:0.8", "--batch", "8", "--threads", "2",
           "--quiet", "--limit", std::to_string(count), "--predictions", made->folder / "p.csv"});
  ASSERT_EQ(run.code, 0) << run.err;
  const auto rows = read_predictions(made->folder / "p.csv");
  ASSERT_EQ(rows.size(), count);
  for (size_t i = 0; i < count; ++i) {
    const auto k = static_cast<size_t>(rows[i].members);
    ASSERT_TRUE(k >= 1 && k <= kSeven);
    EXPECT_EQ(rows[i].predicted, all[i].answer[k - 1]) << rows[i].path;
    EXPECT_NEAR(rows[i].margin, all[i].sure[k - 1], 1e-3)
        << rows[i].path;  // members ran in other batch sizes
    for (size_t j = 1; j < k; ++j) EXPECT_LE(all[i].sure[j - 1], 0.8 + 1e-3) << rows[i].path;
    EXPECT_TRUE(k == kSeven || all[i].sure[k - 1] > 0.8 - 1e-3) << rows[i].path;
  }
}

// For single images, replay's lines equal eval's in every byte.
TEST_F(SevenNetworks, ReplayEqualsEvalUnderEveryPolicy) {
  const std::string count = kSanitized ? "2" : "16", profiled = made->folder / "profiled.json";
  auto ensemble = nlohmann::ordered_json::parse(read_text(made->ensemble));
  ensemble["profiles"]["default"] = {{"members", nlohmann::ordered_json::array()},
                                     {"thresholds", {0.7, 0.55, 0.7, 0.45, 0.35, 0.1}}};
  for (const auto& member : ensemble["members"])
    ensemble["profiles"]["default"]["members"].push_back(member["name"]);
  write_text(profiled, ensemble.dump());
  const auto run = [&](std::vector<std::string> words) {
    words.insert(words.end(), {"--quiet", "--threads", "1"});
    const auto outcome = fxe(words);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
  };
  run({"record", profiled, made->images, "--limit", count, "-o", made->folder / "few"});
  for (const std::string policy : {"full", "first:3", "t:0.5", "t:0.8", "stored"}) {
    run({"eval", profiled, made->images, "--limit", count, "--policy", policy, "--predictions",
         made->folder / "eval.csv"});
    run({"replay", made->folder / "few", "--ensemble", profiled, "--policy", policy, "--predictions",
         made->folder / "replay.csv"});
    EXPECT_EQ(read_text(made->folder / "replay.csv"), read_text(made->folder / "eval.csv")) << policy;
  }
}

}  // namespace
}  // namespace fxe::test
