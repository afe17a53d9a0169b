// SPDX-License-Identifier: Apache-2.0
#include "engine/names.h"

#include <algorithm>
#include <numeric>

namespace fxe {

namespace {

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
constexpr size_t kMaxCompared = 4;  // instrumented comparisons are a hundred times as slow
#else
constexpr size_t kMaxCompared = 4096;  // of candidates: files may hold millions of names
#endif

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row.back();
}

// The `count` nearest and their distances.
std::vector<std::pair<size_t, std::string>> rank(std::string_view name,
                                                 std::span<const std::string> candidates, size_t count) {
  std::vector<std::pair<size_t, std::string>> ranked;
  for (const auto& c : candidates.first(std::min(candidates.size(), kMaxCompared)))
    ranked.emplace_back(edit_distance(name.substr(0, 256), c.substr(0, 256)), c);
  count = std::min(count, ranked.size());
  std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(count), ranked.end());
  ranked.resize(count);
  return ranked;
}

}  // namespace

std::vector<std::string> nearest_names(std::string_view name, std::span<const std::string> candidates,
                                       size_t count) {
  std::vector<std::string> names;
  for (auto& [distance, candidate] : rank(name, candidates, count)) names.push_back(std::move(candidate));
  return names;
}

std::string nearest_hint(std::string_view name, std::span<const std::string> candidates, size_t count) {
  std::string hint;
  for (const auto& [distance, candidate] : rank(name, candidates, count))
    if (distance <= (name.size() + 2) / 3) hint += (hint.empty() ? " (nearest: " : ", ") + candidate;
  return hint.empty() ? hint : hint + ')';
}

}  // namespace fxe
