// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "metareasoner/store/store.h"

namespace fxe {

// Two parts of some images of a store, separated by content: equal images are on one side. Ascending.
struct ImageSplit {
  std::vector<size_t> first, second;
};
// The first part has `share` (in (0, 1), rounded to whole contents) of the distinct contents: those first by
// SHA-256 of (seed, purpose, content hash). So it depends on the contents alone, not on order or names.
ImageSplit split_by_content(const Store&, const std::vector<size_t>& images, double share, uint64_t seed,
                            std::string_view purpose);

// Images of `a` whose content is in `b` too. Throws bad_input if the stores hash different contents.
std::vector<size_t> overlap(const Store& a, const Store& b);

// SHA-256 of these images' content hashes, in order, as hexadecimal digits: identifies the set.
std::string hash_of_images(const Store&, std::span<const size_t> images);

}  // namespace fxe
