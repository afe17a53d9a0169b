// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/store/store.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "engine/dtype.h"
#include "metareasoner/store/halves.h"
#include "tests/engine/input/expect_error.h"
#include "tests/metareasoner/store/store_case.h"

namespace fxe::test {
namespace {

constexpr size_t kImages = 150, kMembers = 3;

void read_all(const Store& store) {
  std::vector<float> scratch;
  for (size_t b = 0; b < store.blocks(); ++b) {
    if (store.is_compact())
      store.prefixes(b);
    else
      for (size_t m = 0; m < store.members(); ++m) store.logits(b, m, scratch);
  }
}

void put_byte(const std::filesystem::path& path, size_t at, char byte) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(at));
  file.put(byte);
}

bool same_bits(float a, float b) { return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b); }

TEST(Store, GivesBackWhatWasWritten) {
  const StoreFolder folder;
  for (const StoreForm form : {StoreForm::fp32, StoreForm::fp16}) {
    const StoreCase c(kImages, kMembers, 7, 1, form);
    const auto path = folder / std::string(name(form));
    c.write(path);
    const Store store = Store::open(path);
    EXPECT_EQ(store.header().paths, c.header.paths);
    EXPECT_EQ(store.header().labels, c.header.labels);
    EXPECT_EQ(store.header().fingerprint, c.header.fingerprint);
    EXPECT_EQ(store.header().members[2].multiply_adds, 3);
    std::vector<float> scratch;
    for (size_t b = 0; b < store.blocks(); ++b)
      for (size_t m = 0; m < kMembers; ++m) {
        const auto logits = store.logits(b, m, scratch);
        ASSERT_EQ(logits.size(), store.images_in(b) * 7);
        for (size_t r = 0; r < store.images_in(b); ++r) {
          const size_t image = store.first_image(b) + r;
          EXPECT_EQ(store.readable(image), image != 5);
          EXPECT_TRUE(std::equal(c.hashes[image].begin(), c.hashes[image].end(), store.hash(image).begin()));
          for (size_t j = 0; j < 7; ++j) {
            const float found = logits[r * 7 + j];
            if (image == 5 || (image == 7 && m == 1 && j == 1)) {
              EXPECT_TRUE(std::isnan(found));
              continue;
            }
            const float wanted = c.row(image, m)[j];
            EXPECT_TRUE(
                same_bits(found, form == StoreForm::fp32 ? wanted : half_to_float(float_to_half(wanted))));
          }
        }
      }
  }
}

TEST(Store, EveryHalfIsConvertedExactly) {
  std::vector<uint16_t> halves(65536);
  for (size_t i = 0; i < halves.size(); ++i) halves[i] = static_cast<uint16_t>(i);
  std::vector<float> floats(halves.size());
  halves_to_floats(halves, floats);
  for (size_t i = 0; i < halves.size(); ++i)
    EXPECT_TRUE(same_bits(floats[i], half_to_float(halves[i]))) << "half " << i;
}

TEST(Store, ALogitThatHalvesCannotHoldIsRefused) {
  const StoreFolder folder;
  StoreCase c(3, 2, 4, 1, StoreForm::fp16);
  c.logits[1][6] = 70000;
  EXPECT_NE(error_of([&] { c.write(folder / "s"); }).find("folder/1.png: member 'm1' gave the logit 70000"),
            std::string::npos);
}

TEST(Store, EveryFlippedByteIsFound) {
  const StoreFolder folder;
  for (const StoreForm form : {StoreForm::fp32, StoreForm::compact}) {
    StoreCase(70, 2, 3, 1, form).write(folder / "s");
    const std::string good = bytes_of(folder / "s");
    std::filesystem::copy_file(folder / "s", folder / "bad");
    read_all(Store::open(folder / "bad"));
    for (size_t at = 0; at < good.size(); ++at) {
      put_byte(folder / "bad", at, static_cast<char>(good[at] ^ (1 << at % 8)));
      const auto error = error_of([&] { read_all(Store::open(folder / "bad")); });
      EXPECT_NE(error.find("bad"), std::string::npos) << "byte " << at << ": " << error;
      put_byte(folder / "bad", at, good[at]);
    }
    std::filesystem::remove(folder / "s");
    std::filesystem::remove(folder / "bad");
  }
}

TEST(Store, EveryOtherLengthIsRefused) {
  const StoreFolder folder;
  StoreCase(70, 2, 3, 1).write(folder / "s");
  const std::string good = bytes_of(folder / "s");
  put_bytes(folder / "short", good);
  for (size_t length = good.size(); length-- > 0;) {
    std::filesystem::resize_file(folder / "short", length);
    const auto error = error_of([&] { Store::open(folder / "short"); });
    EXPECT_NE(error.find("short"), std::string::npos) << length << " bytes: " << error;
  }
  put_bytes(folder / "long", good + '\0');
  EXPECT_NE(error_of([&] { Store::open(folder / "long"); }).find("it is damaged"), std::string::npos);
}

TEST(Store, AnUnfinishedStoreIsNamedAsSuch) {
  const StoreFolder folder;
  const StoreCase c(70, 2, 3, 1);
  {
    StoreWriter writer(folder / "s", c.header);
    c.append(writer, 64);
  }
  EXPECT_NE(error_of([&] { Store::open(folder / "s"); }).find("the store is unfinished"), std::string::npos);
  std::filesystem::rename(folder / "s.partial", folder / "s");
  EXPECT_NE(error_of([&] { Store::open(folder / "s"); }).find("unfinished or cut off"), std::string::npos);
}

// Resident pages of this process that are a file's.
int64_t resident_file_bytes() {
  int64_t all = 0, resident = 0, of_files = 0;
  std::ifstream("/proc/self/statm") >> all >> resident >> of_files;
  return of_files * 4096;
}

// Entries are read when a store is opened, with them a few pages around each: all of the file, if it stayed.
TEST(Store, OpeningALargeStoreDoesNotHoldItInMemory) {
  const StoreFolder folder;
  const StoreCase c(6400, 1, 500, 1);
  c.write(folder / "s");
  const int64_t before = resident_file_bytes();
  const Store store = Store::open(folder / "s");
  const std::string hash = store.images_hash();
  const int64_t held = resident_file_bytes() - before;
  EXPECT_GT(std::filesystem::file_size(folder / "s"), 12'000'000u);
  EXPECT_LE(held, 4'000'000);
  EXPECT_EQ(store.images_hash(), hash);
  read_all(store);  // what was given back is there again
}

}  // namespace
}  // namespace fxe::test
