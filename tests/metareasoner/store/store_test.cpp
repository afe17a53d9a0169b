// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/store/store.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <functional>

#include "engine/dtype.h"
#include "metareasoner/store/cost_table.h"
#include "metareasoner/store/halves.h"
#include "metareasoner/store/part.h"
#include "tests/engine/input/expect_error.h"
#include "tests/metareasoner/store/store_case.h"

namespace fxe::test {
namespace {

void write_costs(std::vector<std::string> members, const std::vector<double>& ms,
                 const std::filesystem::path& path) {
  OutputFile file(path);
  CostTable::per_image(std::move(members), ms).write(file);
  file.commit();
}

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

// A compact store with one score changed by `spoil`, and valid checksums.
std::string error_of_score(const StoreFolder& folder, const std::function<void(PrefixScore&)>& spoil) {
  const StoreCase c(70, 3, 5, 1, StoreForm::compact);
  std::filesystem::remove(folder / "s");
  c.write(folder / "s");
  std::string bytes = bytes_of(folder / "s");
  const StoreLayout layout = c.header.layout(encode_header(c.header, [](auto) {}));
  const size_t payload = layout.images_in(1) * layout.row_bytes,
               row = 4 * 3 + 1;  // image 68 after two members
  auto part = std::as_writable_bytes(std::span(bytes))
                  .subspan(layout.slab_start(1, 0), StoreLayout::part_bytes(payload));
  auto& score = reinterpret_cast<PrefixScore*>(part.data())[row];
  spoil(score);
  seal_part(part);
  put_bytes(folder / "s", bytes);
  return error_of([&] { read_all(Store::open(folder / "s")); });
}

// Bins, histograms and indices are computed from these numbers: impossible scores must not reach them.
TEST(Store, ScoresThatNoEnsembleCouldGiveAreRefused) {
  const StoreFolder folder;
  EXPECT_EQ(error_of_score(folder, [](PrefixScore&) {}), "NO ERROR");
  const auto refuse = [&](auto field, auto... values) {
    for (const auto value : {values...}) {
      const auto error = error_of_score(folder, [&](PrefixScore& s) { s.*field = value; });
      EXPECT_NE(error.find("after 2 of 3 members, image 68 has"), std::string::npos)
          << value << ": " << error;
    }
  };
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN(),
                  kInfinity = std::numeric_limits<float>::infinity();
  refuse(&PrefixScore::label, -2, 5, INT32_MAX, INT32_MIN);
  refuse(&PrefixScore::p1, kNan, 2.0f, std::nextafter(1.0f, 2.0f), -1.0f, kInfinity);
  refuse(&PrefixScore::p2, kNan, 1.0f, -1e-9f, kInfinity);
  refuse(&PrefixScore::raw1, kNan, kInfinity, -kInfinity, 0x1p127f);
  refuse(&PrefixScore::raw2, kNan, kInfinity, -kInfinity, 1e9f);
  refuse(&PrefixScore::entropy, kNan, -1.0f, 2.0f, kInfinity);
  refuse(&PrefixScore::votes, -1, 3, INT32_MAX);
  refuse(&PrefixScore::label_rank, -2, 5, INT32_MIN);
  refuse(&PrefixScore::label_score, kNan, -0.5f, 1.5f);
  refuse(&PrefixScore::scored, 2u, UINT32_MAX);
}

TEST(Store, WhatItsReaderRefusesIsNotBegun) {
  const StoreFolder folder;
  StoreCase c(1, 1, 2, 1);
  c.header.classes = (1 << 20) + 1;
  EXPECT_EQ(error_of([&] { StoreWriter(folder / "s", c.header); }),
            "a store holds 1 to 1048576 classes, found 1048577");
  c.header.classes = 20000;
  c.header.class_names.assign(20000, std::string(3500, 'x'));
  EXPECT_NE(error_of([&] { StoreWriter(folder / "s", c.header); }).find("shorten the class names"),
            std::string::npos);
}

// Costs beside a removed store do not belong to the store that replaces it.
TEST(Store, ANewStoreHasNoCostsOfAnother) {
  const StoreFolder folder;
  write_costs({"m0"}, {105}, costs_path(folder / "s"));
  const StoreCase c(70, 1, 2, 1);
  {
    StoreWriter writer(folder / "s", c.header);
    c.append(writer, 64);
    EXPECT_FALSE(std::filesystem::exists(costs_path(folder / "s")));
    write_costs({"m0"}, {3}, costs_path(folder / "s"));
  }
  c.write(folder / "s");  // goes on: these costs are its own
  EXPECT_EQ(CostTable::read(costs_path(folder / "s")).ms(0, 1), 3);
}

TEST(Store, AnUnknownWayToCombineIsRefused) {
  const StoreFolder folder;
  StoreCase(3, 1, 2, 1).write(folder / "s");
  std::string bytes = bytes_of(folder / "s");
  const size_t at = bytes.find("\"logits\",\"classes\"");
  ASSERT_NE(at, std::string::npos);
  bytes.replace(at + 1, 6, "median");
  // The header's checksum: of all from byte 16 to the first block.
  const StoreCase c(3, 1, 2, 1);
  const size_t data = encode_header(c.header, [](auto) {});
  const uint32_t sum = checksum(std::as_bytes(std::span(bytes)).subspan(16, data - 16));
  std::memcpy(bytes.data() + 12, &sum, sizeof(sum));
  put_bytes(folder / "s", bytes);
  EXPECT_NE(
      error_of([&] { Store::open(folder / "s"); }).find("expected logits or probabilities, found 'median'"),
      std::string::npos);
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

// Opening a store reads its entries, and with them a few pages around each: all of the file, if they stayed.
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
