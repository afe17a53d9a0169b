// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/calibrate/image_split.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "engine/error.h"
#include "engine/sha256.h"

namespace fxe {

namespace {

using Digest = std::array<std::byte, 32>;

std::string_view text_of(std::span<const std::byte> hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

Digest keyed(uint64_t seed, std::string_view purpose, std::span<const std::byte> hash) {
  std::vector<std::byte> text;
  for (int shift = 0; shift < 64; shift += 8) text.push_back(static_cast<std::byte>(seed >> shift));
  for (const char c : purpose) text.push_back(static_cast<std::byte>(c));
  text.insert(text.end(), hash.begin(), hash.end());
  return sha256(text);
}

}  // namespace

ImageSplit split_by_content(const Store& store, const std::vector<size_t>& images, double share,
                            uint64_t seed, std::string_view purpose) {
  std::vector<std::pair<Digest, size_t>> keys;
  for (const size_t i : images) keys.push_back({keyed(seed, purpose, store.hash(i)), i});
  std::sort(keys.begin(), keys.end());
  size_t contents = 0;
  for (size_t n = 0; n < keys.size(); ++n) contents += n == 0 || keys[n].first != keys[n - 1].first;
  const auto wanted = static_cast<size_t>(std::lround(share * static_cast<double>(contents)));
  ImageSplit split;
  size_t seen = 0;
  for (size_t n = 0; n < keys.size(); ++n) {
    seen += n == 0 || keys[n].first != keys[n - 1].first;
    (seen <= wanted ? split.first : split.second).push_back(keys[n].second);
  }
  std::sort(split.first.begin(), split.first.end());
  std::sort(split.second.begin(), split.second.end());
  return split;
}

std::vector<size_t> overlap(const Store& a, const Store& b) {
  if (a.header().content != b.header().content)
    throw bad_input(
        "{} and {}: images are known by the hash of their {} in one and of their {} in the other, so that "
        "images in both cannot be found; --allow-overlap goes on without that check",
        a.path().string(), b.path().string(), a.header().content, b.header().content);
  std::set<std::string_view> known;
  for (size_t i = 0; i < b.images(); ++i) known.insert(text_of(b.hash(i)));
  std::vector<size_t> common;
  for (size_t i = 0; i < a.images(); ++i)
    if (known.contains(text_of(a.hash(i)))) common.push_back(i);
  return common;
}

std::string hash_of_images(const Store& store, std::span<const size_t> images) {
  std::vector<std::byte> all;
  for (const size_t i : images) {
    const auto hash = store.hash(i);
    all.insert(all.end(), hash.begin(), hash.end());
  }
  return sha256_hex(all);
}

}  // namespace fxe
