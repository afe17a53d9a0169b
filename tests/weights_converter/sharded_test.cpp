// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/error.h"
#include "tests/support/python_peer.h"
#include "weights_converter/convert.h"
#include "weights_converter/read.h"
#include "weights_converter/safetensors/file.h"

namespace fxe {
namespace {

namespace fs = std::filesystem;

Tensor numbers(float first) { return Tensor::from_floats({2, 3}, {first, 1, 2, 3, 4, 5}); }

// A folder with two shards, a of a.safetensors and b, c of b.safetensors, and this index.
fs::path sharded(const std::string& index) {
  static int count = 0;
  const fs::path folder =
      test::temporary_file("sharded", "").replace_filename("sharded-" + std::to_string(count++));
  fs::create_directories(folder);
  write_safetensors(folder / "a.safetensors", {{"a", numbers(10)}});
  write_safetensors(folder / "b.safetensors", {{"b", numbers(20)}, {"c", numbers(30)}});
  return test::temporary_file((folder.filename() / "model.safetensors.index.json").string(), index);
}

TEST(Safetensors, AreNotWrittenWithoutTheFactorsOfATensor) {
  const fs::path path = test::temporary_file("factors.safetensors", "");
  EXPECT_THROW(write_safetensors(path, {{"a", numbers(1).times({2, 3})}}), Error);
}

const char* const kIndex =
    R"({"metadata": {"total_size": 72}, "weight_map": {"a": "a.safetensors", "b": "b.safetensors", "c": "b.safetensors"}})";

TEST(Sharded, IsReadByItsIndexAndByItsFolder) {
  const fs::path index = sharded(kIndex);
  for (const fs::path& path : {index, index.parent_path()}) {
    const WeightFile file = read_weight_file(path);
    EXPECT_EQ(file.format, "safetensors in 2 files");
    ASSERT_EQ(file.tensors.size(), 3u);
    EXPECT_EQ(file.tensors.at("a").to_float()[0], 10);
    EXPECT_EQ(file.tensors.at("b").to_float()[0], 20);
    EXPECT_EQ(file.tensors.at("c").to_float()[0], 30);
  }
}

// Download caches are links into a folder of blobs, so links are followed. What an index or a model says of a
// file's place is another matter: it names a file of its own folder.
TEST(Sharded, LinksInItsFolderAreFollowed) {
  const fs::path index = sharded(kIndex), folder = index.parent_path();
  const fs::path snapshot = test::temporary_file("linked", "").replace_filename("linked-snapshot");
  fs::create_directories(snapshot);
  for (const auto& entry : fs::directory_iterator(folder)) {
    fs::remove(snapshot / entry.path().filename());
    fs::create_symlink(fs::path("..") / folder.filename() / entry.path().filename(),
                       snapshot / entry.path().filename());
  }
  EXPECT_EQ(read_weight_file(snapshot).tensors.at("c").to_float()[0], 30);
}

std::string error_of(const fs::path& path) {
  try {
    read_weight_file(path);
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::bad_input);
    return e.what();
  }
  return "no error";
}

TEST(Sharded, ADownloadCacheIsReadByTheSnapshotItNames) {
  const fs::path cache = test::temporary_file("cache", "").replace_filename("models--timm--x"),
                 index = sharded(kIndex);
  fs::create_directories(cache / "snapshots");
  fs::create_directories(cache / "refs");
  fs::rename(index.parent_path(), cache / "snapshots/0a1b");
  EXPECT_EQ(read_weight_file(cache).tensors.size(), 3u);
  fs::create_directories(cache / "snapshots/0c2d");
  EXPECT_THAT(error_of(cache), testing::HasSubstr("found a folder without model.safetensors.index.json"));
  test::temporary_file("models--timm--x/refs/main", "0a1b\n");
  EXPECT_EQ(read_weight_file(cache).tensors.size(), 3u);
  test::temporary_file("models--timm--x/refs/main", "../../../etc");
  EXPECT_THAT(error_of(cache), testing::HasSubstr("found a folder without"));
}

TEST(Sharded, OneOfSeveralFilesIsNoModel) {
  const fs::path shard = test::temporary_file("model-00002-of-00003.safetensors", "");
  write_safetensors(shard, {{"a", numbers(10)}});
  EXPECT_THAT(error_of(shard),
              testing::HasSubstr("is file 2 of the 3 that the weights are in; name their index, "
                                 "model.safetensors.index.json, or the folder"));
  const fs::path whole = test::temporary_file("model-00001-of-00001.safetensors", "");
  write_safetensors(whole, {{"a", numbers(10)}});
  EXPECT_EQ(read_weight_file(whole).tensors.size(), 1u);
}

TEST(Sharded, OneFileInAFolderNeedsNoIndex) {
  const fs::path folder = sharded(kIndex).parent_path();
  fs::remove(folder / "model.safetensors.index.json");
  fs::rename(folder / "b.safetensors", folder / "model.safetensors");
  EXPECT_EQ(read_weight_file(folder).tensors.size(), 2u);
}

TEST(Sharded, WhatDoesNotAgreeIsRefused) {
  const std::pair<std::string, std::string> cases[] = {
      {R"({"weight_map": {"a": "../a.safetensors"}})", "expected a name without a folder"},
      {R"({"weight_map": {"a": "/etc/passwd"}})", "expected a name without a folder"},
      {R"({"weight_map": {"a": ".."}})", "expected a name without a folder"},
      {R"({"weight_map": {"a": ""}})", "expected a name without a folder"},
      {R"({"weight_map": {"a": 3}})", "is not named by text"},
      {R"({"weight_map": {"a": "none.safetensors"}})", "no such file"},
      {R"({"weight_map": {"a": "model.safetensors.index.json"}})", "is none of the formats"},
      {R"({"weight_map": {"z": "a.safetensors"}})", "has no tensor 'z'"},
      {R"({"weight_map": {"b": "b.safetensors"}})", "a tensor 'c', which the index does not place there"},
      {R"({"weight_map": {}})", "names no tensors"},
      {R"({"weight_map": []})", "expected a JSON object with a 'weight_map'"},
      {R"([1, 2])", "expected a JSON object with a 'weight_map'"},
      {R"({"weight_map": )", "the index: it is not JSON at byte 16"},
      {std::string(100000, '['), "nested more than 3 levels deep"},
      {R"({"weight_map": {"a": [[[[[1]]]]]}})", "nested more than 3 levels deep"}};
  for (const auto& [index, part] : cases) {
    const std::string message = error_of(sharded(index));
    EXPECT_THAT(message, testing::HasSubstr(part)) << index.substr(0, 80);
    EXPECT_THAT(message, testing::HasSubstr("model.safetensors.index.json: "));
  }
  const fs::path folder = sharded(kIndex).parent_path();
  fs::remove(folder / "model.safetensors.index.json");
  EXPECT_THAT(error_of(folder), testing::HasSubstr("found a folder without model.safetensors"));
}

}  // namespace
}  // namespace fxe
