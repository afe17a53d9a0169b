// SPDX-License-Identifier: Apache-2.0
#include "runtime/batches.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/input/preprocess_presets.h"
#include "engine/sha256.h"
#include "tests/support/folder.h"

namespace fxe::test {
namespace {

using testing::ElementsAre;

// Seven images, of which 1, 4 and 5 are none.
class Feed : public testing::Test {
 protected:
  Feed() {
    for (const size_t i : {0, 1, 2, 3, 4, 5, 6}) {
      const bool broken = i == 1 || i == 4 || i == 5;
      const std::string path = folder / fmt::format("images/{}.ppm", i);
      texts.push_back(broken ? "none" : "P6 32 32 255\n" + std::string(3072, static_cast<char>(10 * i)));
      write_text(path, texts.back());
    }
    dataset = open_dataset(folder / "images");
  }

  struct Sink : BatchSink {
    void take(const Loader::Item& item, int row) override {
      if (row < 0) return;
      values.resize(std::max(values.size(), static_cast<size_t>(row) + 1));
      values[static_cast<size_t>(row)] = item.inputs[0][0];
    }
    void run(Batch& batch) override {
      std::vector<size_t> rows, all;
      for (size_t r = 0; r < static_cast<size_t>(batch.rows()); ++r) {
        EXPECT_EQ(batch.in_row(r).row, static_cast<int>(r));
        EXPECT_EQ(values[r], static_cast<std::byte>(10 * batch.in_row(r).index));
        rows.push_back(batch.in_row(r).index);
      }
      for (const BatchImage& image : batch.images()) {
        all.push_back(image.index);
        EXPECT_EQ(image.row < 0, !image.error.empty());
        hashes.push_back(image.sha256);
      }
      of_rows.push_back(rows);
      of_images.push_back(all);
      if (swaps) std::swap(batch, other);
    }
    std::vector<std::byte> values;  // the first pixel of each row
    std::vector<std::vector<size_t>> of_rows, of_images;
    std::vector<std::array<std::byte, 32>> hashes;
    bool swaps = false;
    Batch other;
  };

  bool feed_to(Sink& sink, FeedOptions options) const {
    const std::vector<ImageInput> inputs = {{preprocess_preset("cifar-32", ""), /*as_pixels=*/true}};
    return feed(dataset, inputs, options, sink);
  }

  const Folder folder;
  std::vector<std::string> texts;
  Dataset dataset;
};

TEST_F(Feed, BatchesAreOfImagesThatCanBeUsed) {
  for (const bool swaps : {false, true}) {
    Sink sink;
    sink.swaps = swaps;
    std::vector<size_t> progress;
    EXPECT_TRUE(
        feed_to(sink, {.batch = 2, .threads = 2, .hash = true, .progress = [&](size_t done, size_t total) {
                         EXPECT_EQ(total, 7u);
                         progress.push_back(done);
                       }}));
    EXPECT_THAT(sink.of_rows, ElementsAre(ElementsAre(0, 2), ElementsAre(3, 6)));
    EXPECT_THAT(sink.of_images, ElementsAre(ElementsAre(0, 1, 2), ElementsAre(3, 4, 5, 6)));
    EXPECT_THAT(progress, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
    for (size_t i = 0; i < 7; ++i) EXPECT_EQ(sink.hashes[i], sha256(std::as_bytes(std::span(texts[i])))) << i;
  }
}

TEST_F(Feed, TheLastBatchMayHaveFewerRowsOrNone) {
  Sink three, none;
  EXPECT_TRUE(feed_to(three, {.batch = 3, .end = 6}));
  EXPECT_THAT(three.of_rows, ElementsAre(ElementsAre(0, 2, 3), ElementsAre()));
  EXPECT_THAT(three.of_images, ElementsAre(ElementsAre(0, 1, 2, 3), ElementsAre(4, 5)));
  EXPECT_TRUE(feed_to(none, {.batch = 3, .first = 4, .end = 6}));
  EXPECT_THAT(none.of_rows, ElementsAre(ElementsAre()));
}

TEST_F(Feed, StoppedItBeginsNoBatch) {
  Sink sink;
  int asked = 0;
  EXPECT_FALSE(feed_to(sink, {.batch = 2, .stop = [&] { return ++asked > 5; }}));
  EXPECT_THAT(sink.of_rows, ElementsAre(ElementsAre(0, 2)));
}

}  // namespace
}  // namespace fxe::test
