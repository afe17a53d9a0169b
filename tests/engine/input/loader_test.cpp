// SPDX-License-Identifier: Apache-2.0
#include "engine/input/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <new>
#include <set>
#include <system_error>
#include <thread>

#include "engine/error.h"
#include "engine/sha256.h"
#include "tests/engine/image/encode.h"
#include "tests/engine/input/temporary_folder.h"
#include "tests/support/allocations.h"

namespace fxe::test {
namespace {

// Images of 4 x 4 equal pixels, image i of value i; every seventh file is damaged.
class Numbered {
 public:
  explicit Numbered(int count) {
    dataset.root = folder_.path();
    for (int i = 0; i < count; ++i) {
      const auto name = fmt::format("{:03}.ppm", i);
      auto file = encode_ppm({4, 4, std::vector<uint8_t>(48, static_cast<uint8_t>(i))});
      folder_.write(name, damaged(static_cast<size_t>(i)) ? file.substr(0, 20) : file);
      dataset.add(name, i);
    }
  }
  static bool damaged(size_t i) { return i % 7 == 3; }

  Dataset dataset;

 private:
  TemporaryFolder folder_;
};

Preprocess crop(int size) { return {.crop_h = size, .crop_w = size, .scale = 1}; }

std::vector<float> floats(const std::vector<std::byte>& input) {
  const auto values = as_floats(input);
  return {values.begin(), values.end()};
}

void expect_item(const Loader::Item& item, size_t index) {
  ASSERT_EQ(item.index, index);
  if (Numbered::damaged(index)) {
    EXPECT_EQ(item.error.find("PNM: 4x4 pixels need 48 bytes, found"), 0u) << item.error;
    return;
  }
  EXPECT_EQ(item.error, "");
  ASSERT_EQ(item.inputs.size(), 2u);
  EXPECT_EQ(floats(item.inputs[0]), std::vector<float>(3 * 4 * 4, static_cast<float>(index)));
  EXPECT_EQ(floats(item.inputs[1]), std::vector<float>(3 * 2 * 2, static_cast<float>(index)));
  EXPECT_GE(item.decode_ms, 0);
  EXPECT_GE(item.preprocess_ms, 0);
}

TEST(Loader, EveryImageOnceInOrderWhateverTheThreads) {
  constexpr size_t kCount = 60;
  const Numbered images(kCount);
  for (int threads = 1; threads <= 4; ++threads)
    for (size_t ahead : {0u, 1u, 2u, 5u, 100u}) {
      Loader loader(images.dataset, {crop(4), crop(2)}, threads, ahead, 0, kCount);
      for (size_t i = 0; i < kCount; ++i) {
        const auto* item = loader.next();
        ASSERT_NE(item, nullptr) << threads << " threads, " << ahead << " ahead, image " << i;
        expect_item(*item, i);
      }
      EXPECT_EQ(loader.next(), nullptr);
      EXPECT_EQ(loader.next(), nullptr);
    }
}

TEST(Loader, PartOfADataset) {
  const Numbered images(20);
  Loader loader(images.dataset, {crop(4), crop(2)}, 3, 4, 5, 12);
  for (size_t i = 5; i < 12; ++i) expect_item(*loader.next(), i);
  EXPECT_EQ(loader.next(), nullptr);
  EXPECT_EQ(Loader(images.dataset, {crop(4)}, 2, 4, 7, 7).next(), nullptr);
}

TEST(Loader, MissingFilesAreItemsToo) {
  const Numbered images(2);
  auto dataset = images.dataset;
  dataset.paths = {"missing.ppm", dataset.paths[1]};
  Loader loader(dataset, {crop(4), crop(2)}, 1, 2, 0, 2);
  EXPECT_EQ(loader.next()->error, (dataset.root / "missing.ppm").string() + ": no such file");
  expect_item(*loader.next(), 1);
}

TEST(Loader, InputsAreValuesOrPixelsAsWanted) {
  const Numbered images(2);
  Loader loader(images.dataset, {crop(4), {crop(2), true}}, 1, 2, 0, 2);
  loader.next();
  const auto* item = loader.next();
  EXPECT_EQ(floats(item->inputs[0]), std::vector<float>(48, 1.0f));
  EXPECT_EQ(item->inputs[1], std::vector<std::byte>(12, std::byte{1}));
}

// There are never more than the tensors of `ahead` images.
TEST(Loader, RecyclesItsTensors) {
  const Numbered images(60);
  Loader loader(images.dataset, {crop(4), crop(2)}, 3, 4, 0, 60);
  std::set<const std::byte*> seen;
  while (const auto* item = loader.next()) seen.insert(item->inputs[0].data());
  EXPECT_EQ(seen.size(), 4u);
}

// The item stays unchanged while other threads go on as far as they may.
TEST(Loader, AnItemIsTheCallersUntilTheNext) {
  const Numbered images(40);
  Loader loader(images.dataset, {crop(4), crop(2)}, 4, 3, 0, 40);
  for (size_t i = 0; i < 40; ++i) {
    const auto* item = loader.next();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    expect_item(*item, i);
  }
}

TEST(Loader, TheConsumerMayLeave) {
  const Numbered images(50);
  for (int threads = 1; threads <= 4; ++threads)
    for (int taken = 0; taken < 12; ++taken) {
      Loader loader(images.dataset, {crop(4)}, threads, 3, 0, 50);
      for (int i = 0; i < taken; ++i) loader.next();
    }
}

// An image for which memory does not suffice fails, and the others are read. In a separate process whose
// address space is limited, so that a file of 600 MB cannot be read.
TEST(LoaderDeathTest, AnImageTooLargeForMemoryFailsAlone) {
  if (!can_count_allocations()) GTEST_SKIP() << "a sanitizer needs the address space that this test limits";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto fails = [] {
    const TemporaryFolder folder;
    std::filesystem::resize_file(folder.write("large.ppm"), 600'000'000);
    folder.write("small.ppm", encode_ppm({4, 4, std::vector<uint8_t>(48, 7)}));
    const Dataset dataset{
        .root = folder.path(), .paths = {"large.ppm", "small.ppm", "large.ppm"}, .labels = {0, 0, 0}};
    const rlimit limit{512 << 20, 512 << 20};
    if (setrlimit(RLIMIT_AS, &limit) != 0) std::exit(3);
    std::string errors;
    {
      Loader loader(dataset, {crop(4)}, 2, 2, 0, 3);
      while (const auto* item = loader.next()) errors += item->error.substr(0, 17) + ";";
    }
    std::filesystem::remove_all(folder.path());
    std::exit(errors == "needs more memory;;needs more memory;" ? 0 : 4);
  };
  EXPECT_EXIT(fails(), ::testing::ExitedWithCode(0), "");
}

// Pictures that would not fit into memory together wait for each other.
TEST(LoaderDeathTest, LargeImagesTakeTurns) {
  if (!can_count_allocations()) GTEST_SKIP() << "a sanitizer needs the address space that this test limits";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto all_are_read = [] {
    const TemporaryFolder folder;
    // 60 million pixels take 60 MB as they are read and 180 MB as they are decoded.
    std::filesystem::resize_file(folder.write("large.pgm", "P5 10000 6000 255\n"), 60'000'018);
    Dataset dataset{.root = folder.path()};
    for (int i = 0; i < 8; ++i) dataset.add("large.pgm", 0);
    const rlimit limit{1900 << 20, 1900 << 20};
    if (setrlimit(RLIMIT_AS, &limit) != 0) std::exit(3);
    std::string errors;
    {
      Loader loader(dataset, {crop(4)}, 8, 8, 0, 8);
      while (const auto* item = loader.next()) errors += item->error + ";";
    }
    std::filesystem::remove_all(folder.path());
    std::exit(errors == ";;;;;;;;" ? 0 : 4);
  };
  EXPECT_EXIT(all_are_read(), ::testing::ExitedWithCode(0), "");
}

// Refused before any of them is allocated.
TEST(LoaderDeathTest, MorePreparedImagesThanMemoryHolds) {
  if (!can_count_allocations()) GTEST_SKIP() << "a sanitizer needs the address space that this test limits";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto refused = [] {
    const Dataset dataset{.root = "/", .paths = {"x"}, .labels = {0}};
    const rlimit limit{1900 << 20, 1900 << 20};
    if (setrlimit(RLIMIT_AS, &limit) != 0) std::exit(3);
    try {
      const Loader loader(dataset, {crop(16'000)}, 1, 2, 0, 1);
    } catch (const Error& e) {
      const std::string what = e.what();
      std::exit(what.starts_with("2 prepared images take 2930 MiB each, and ") ? 0 : 5);
    } catch (const std::bad_alloc&) {
    }
    std::exit(4);
  };
  EXPECT_EXIT(refused(), ::testing::ExitedWithCode(0), "");
}

TEST(Loader, MorePixelsThanAllowedHaveFailed) {
  const Numbered images(2);
  Loader loader(images.dataset, {crop(4)}, 1, 2, 0, 2, {.max_pixels = 1});
  EXPECT_THAT(loader.next()->error, testing::EndsWith("pixels: expected 1 to 1, as --max-pixels says"));
}

// The hash is of the bytes that were decoded, however the file changes.
TEST(Loader, HashesTheFileThatItDecoded) {
  const TemporaryFolder folder;
  const std::string image = encode_ppm({4, 4, std::vector<uint8_t>(48, 7)}), other = "no image";
  folder.write("a.ppm", image);
  folder.write("b.ppm", other);
  const Dataset dataset{.root = folder.path(), .paths = {"a.ppm", "b.ppm", "none.ppm"}, .labels = {0, 0, 0}};
  Loader loader(dataset, {crop(4)}, 1, 1, 0, 3, {.hash = true});
  EXPECT_EQ(loader.next()->sha256, sha256(std::as_bytes(std::span(image))));
  EXPECT_EQ(loader.next()->sha256, sha256(std::as_bytes(std::span(other))));
  const auto* none = loader.next();
  EXPECT_EQ(none->sha256, (std::array<std::byte, 32>{}));
  EXPECT_FALSE(none->read_failed);
}

// A failing system says nothing about the image.
TEST(LoaderDeathTest, AReadThatFailedIsToldFromABadImage) {
  if (!can_count_allocations())
    GTEST_SKIP() << "UBSan checks types through a pipe, and this test leaves no descriptor";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto told = [] {
    const TemporaryFolder folder;
    folder.write("a.ppm", encode_ppm({4, 4, std::vector<uint8_t>(48, 7)}));
    folder.write("b.ppm", "no image");
    const Dataset dataset{.root = folder.path(), .paths = {"a.ppm", "b.ppm"}, .labels = {0, 0}};
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    const rlimit none{0, limit.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
    bool failed = false;
    {
      Loader loader(dataset, {crop(4)}, 1, 1, 0, 1);
      const auto* item = loader.next();
      failed = item->read_failed && item->error.ends_with("cannot be read: Too many open files");
    }
    setrlimit(RLIMIT_NOFILE, &limit);
    bool bad = false;
    {
      Loader loader(dataset, {crop(4)}, 1, 1, 1, 2);
      const auto* item = loader.next();
      bad = !item->read_failed && !item->error.empty();
    }
    std::filesystem::remove_all(folder.path());
    std::exit(failed && bad ? 0 : 4);
  };
  EXPECT_EXIT(told(), ::testing::ExitedWithCode(0), "");
}

// Each thread maps a stack: when no more fit, the threads already started are stopped.
TEST(LoaderDeathTest, ThreadsThatCannotBeStarted) {
  if (!can_count_allocations()) GTEST_SKIP() << "a sanitizer needs the address space that this test limits";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto fails = [] {
    const Dataset dataset{.root = "/", .paths = {"x"}, .labels = {0}};
    const rlimit limit{1 << 30, 1 << 30};
    if (setrlimit(RLIMIT_AS, &limit) != 0) std::exit(3);
    try {
      const Loader loader(dataset, {crop(4)}, 100'000, 1, 0, 1);
    } catch (const std::system_error&) {
      std::exit(0);
    }
    std::exit(4);
  };
  EXPECT_EXIT(fails(), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace fxe::test
