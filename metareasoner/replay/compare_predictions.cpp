// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/replay/compare_predictions.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <type_traits>
#include <unordered_map>

#include "engine/error.h"
#include "metareasoner/predictions_csv.h"

namespace fxe {

namespace {

// The rest of a line after its path, "label,predicted,...": its fields are numbers and words.
struct Given {
  int predicted = -1, members = 0;
  double p1 = 0, p2 = 0, margin = 0;
  std::string status;
};

template <class T>
void read(const std::string& field, T& value, const std::string& where) {
  if (field.empty()) return;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  bool whole = error == std::errc() && end == field.data() + field.size();
  if constexpr (std::is_floating_point_v<T>) whole = whole && std::isfinite(value);
  if (!whole) throw bad_input("{}: expected a number, found '{}'", where, field.substr(0, 40));
}

Given parse(const std::string& fields, const std::string& where) {
  std::vector<std::string> f;
  size_t from = 0;
  for (size_t comma; (comma = fields.find(',', from)) != fields.npos; from = comma + 1)
    f.push_back(fields.substr(from, comma - from));
  f.push_back(fields.substr(from));
  if (f.size() != 7) throw bad_input("{}: expected 8 fields, found {}", where, f.size() + 1);
  Given g;
  read(f[1], g.predicted, where);
  read(f[2], g.p1, where);
  read(f[3], g.p2, where);
  read(f[4], g.margin, where);
  read(f[5], g.members, where);
  g.status = f[6];
  return g;
}

// How far rounding can move a logit, relative to the largest: in fp32 by a million random roundings (2^10 of
// 2^-24), in narrower types by one rounding of a value in each of 256 layers (2^4 of half a unit). A store of
// halves rounds once more.
double relative_noise(const StoreHeader& h) {
  const double halves = h.form == StoreForm::fp16 ? 0x1p-11 : 0;
  if (h.precision == "bf16") return 0x1p-4 + halves;
  if (h.precision == "fp16" || h.precision == "tf32") return 0x1p-7 + halves;
  return 0x1p-14 + halves;
}

// The largest difference of an image's margin that rounding explains. A change of every logit by d changes a
// margin by less than 2 d, for scores as for means; for probabilities the logits are unknown, but at most 64.
double largest_noise(const StoreHeader& h, std::span<const PrefixScore> prefixes) {
  double largest = h.combine == Combine::probabilities ? 64 : 1;
  for (const PrefixScore& s : prefixes)
    largest =
        std::max({largest, std::abs(static_cast<double>(s.raw1)), std::abs(static_cast<double>(s.raw2))});
  return 2 * relative_noise(h) * largest;
}

// How far the nearest deciding value is from deciding otherwise.
double distance(const Given& given, const RowResult& row, std::span<const PrefixScore> prefixes,
                std::span<const double> thresholds, ReplaySignal signal, size_t classes) {
  if (given.status != name(row.status) || row.status == RowStatus::failed) return INFINITY;
  if (given.members == row.members)  // another answer: the two best swapped places
    return given.p1 - given.p2 + static_cast<double>(row.p1) - static_cast<double>(row.p2);
  const auto k = static_cast<size_t>(std::min(given.members, row.members));
  if (k < 1 || k > thresholds.size()) return INFINITY;
  return std::abs(static_cast<double>(signal_value(signal, prefixes[k - 1], k, classes)) -
                  static_cast<double>(static_cast<float>(thresholds[k - 1])));
}

}  // namespace

PredictionComparison compare_predictions(const Store& store, const Trace& trace,
                                         std::span<const double> thresholds, ReplaySignal signal,
                                         const Replayed& replayed, const std::filesystem::path& csv) {
  std::unordered_map<std::string, size_t> image_of;
  for (size_t i = 0; i < store.images(); ++i) image_of.emplace(store.header().paths[i], i);
  PredictionComparison c;
  std::vector<bool> seen(store.images());
  std::vector<std::pair<size_t, double>> different;  // image, distance
  PredictionsReader reader(csv);
  while (reader.next()) {
    const auto found = image_of.find(reader.path());
    if (found == image_of.end())
      throw bad_input("{}: '{}' is not in the store; are these predictions for other images?", csv.string(),
                      reader.path());
    const size_t i = found->second;
    if (seen[i]) throw bad_input("{}: '{}' appears twice", reader.where(), reader.path());
    seen[i] = true;
    const RowResult& row = replayed.rows[i];
    const Given given = parse(reader.fields(), reader.where());
    ++c.compared;
    c.identical += reader.fields() == PredictionsCsv::fields(store.header().labels[i], row);
    if (given.predicted == row.label && given.members == row.members && given.status == name(row.status)) {
      ++c.same;
      if (row.label < 0) continue;
      const double noise = std::abs(static_cast<double>(static_cast<float>(given.margin) - row.margin));
      if (noise <= largest_noise(store.header(), trace.image(i)))
        c.noise = std::max(c.noise, noise);
      else
        c.beyond.emplace_back(reader.path());
    } else {
      different.push_back({i, distance(given, row, trace.image(i), thresholds, signal, store.classes())});
    }
  }
  if (const auto missing = std::ranges::find(seen, false); missing != seen.end())
    throw bad_input("{}: has predictions for {} of {} images; '{}' is missing", csv.string(), c.compared,
                    store.images(), store.header().paths[static_cast<size_t>(missing - seen.begin())]);
  for (const auto& [image, d] : different)
    if (d <= c.noise)
      ++c.within_noise;
    else
      c.beyond.emplace_back(store.header().paths[image]);
  return c;
}

}  // namespace fxe
