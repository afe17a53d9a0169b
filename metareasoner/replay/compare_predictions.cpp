// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/replay/compare_predictions.h"

#include <charconv>
#include <cmath>
#include <unordered_map>

#include "engine/error.h"
#include "metareasoner/predictions_csv.h"

namespace fxe {

namespace {

// The end of a line, "label,predicted,...": its fields are numbers and words.
struct Given {
  int predicted = -1, members = 0;
  double p1 = 0, p2 = 0, margin = 0;
  std::string status;
};

template <class T>
void read(const std::string& field, T& value) {
  if (!field.empty()) std::from_chars(field.data(), field.data() + field.size(), value);
}

Given parse(const std::string& fields, const std::string& where) {
  std::vector<std::string> f;
  size_t from = 0;
  for (size_t comma; (comma = fields.find(',', from)) != fields.npos; from = comma + 1)
    f.push_back(fields.substr(from, comma - from));
  f.push_back(fields.substr(from));
  if (f.size() != 7) throw bad_input("{}: expected 8 fields, found {}", where, f.size() + 1);
  Given g;
  read(f[1], g.predicted);
  read(f[2], g.p1);
  read(f[3], g.p2);
  read(f[4], g.margin);
  read(f[5], g.members);
  g.status = f[6];
  return g;
}

// How far the nearest thing that decides is from where it would decide otherwise.
double distance(const Given& given, const RowResult& row, std::span<const PrefixScore> prefixes,
                std::span<const double> thresholds, ReplaySignal signal, size_t classes) {
  if (given.status != name(row.status) || row.status == RowStatus::failed) return INFINITY;
  if (given.members == row.members)  // another answer: the two best have changed places
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
  std::vector<std::pair<size_t, double>> different;  // image, distance
  PredictionsReader reader(csv);
  while (reader.next()) {
    const auto found = image_of.find(reader.path());
    if (found == image_of.end())
      throw bad_input("{}: '{}' is not in the store; are these predictions for other images?", csv.string(),
                      reader.path());
    const size_t i = found->second;
    const RowResult& row = replayed.rows[i];
    const Given given = parse(reader.fields(), reader.where());
    ++c.compared;
    c.identical += reader.fields() == PredictionsCsv::fields(store.header().labels[i], row);
    if (given.predicted == row.label && given.members == row.members && given.status == name(row.status)) {
      ++c.same;
      if (row.label >= 0)
        c.noise =
            std::max(c.noise, std::abs(static_cast<double>(static_cast<float>(given.margin) - row.margin)));
    } else {
      different.push_back({i, distance(given, row, trace.image(i), thresholds, signal, store.classes())});
    }
  }
  for (const auto& [image, d] : different)
    if (d <= c.noise)
      ++c.within_noise;
    else
      c.beyond.emplace_back(store.header().paths[image]);
  return c;
}

}  // namespace fxe
