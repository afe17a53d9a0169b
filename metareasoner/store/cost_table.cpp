// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/store/cost_table.h"

#include "engine/bounded_json.h"
#include "engine/input/text_file.h"
#include "metareasoner/json_reader.h"

namespace fxe {

namespace {

using Json = nlohmann::ordered_json;
constexpr const char* kSchema = "fxe.costs/1";
// A member that takes 30 years: keeps sums and products of costs far from a double's limits.
constexpr double kMost = 1e12;
constexpr JsonLimits kLimits{.bytes = size_t{16} << 20, .depth = 6, .keys = 16};

int64_t whole(const JsonReader& r, const char* key, int64_t low) {
  const double value = r.number(key);
  if (value != std::floor(value) || value < static_cast<double>(low) || value > 1e15)
    throw bad_input("{}: expected a whole number from {}, found {}", r.place(key), low, value);
  return static_cast<int64_t>(value);
}

}  // namespace

std::filesystem::path costs_path(const std::filesystem::path& store) {
  return store.string() + ".costs.json";
}

CostTable CostTable::per_image(std::vector<std::string> members, const std::vector<double>& ms) {
  CostTable table(std::move(members));
  for (size_t m = 0; m < ms.size(); ++m)
    if (!(ms[m] >= 0 && ms[m] <= kMost))
      throw bad_input("costs: expected milliseconds from 0 to {:g}, found {}", kMost, ms[m]);
  for (size_t m = 0; m < ms.size(); ++m) table.costs_[m][1] = {ms[m], 1};
  return table;
}

void CostTable::add(size_t member, int64_t batch, double ms) {
  Cost& c = costs_.at(member)[batch];
  c.ms += (ms - c.ms) / static_cast<double>(++c.runs);
}

int64_t CostTable::runs(size_t member, int64_t batch) const {
  const auto found = costs_.at(member).find(batch);
  return found == costs_[member].end() ? 0 : found->second.runs;
}

double CostTable::ms(size_t member, int64_t batch) const {
  const auto& sizes = costs_.at(member);
  const auto above = sizes.lower_bound(batch);
  if (above == sizes.end()) {
    const auto& [largest, cost] = *sizes.rbegin();
    return cost.ms * static_cast<double>(batch) / static_cast<double>(largest);
  }
  if (above->first == batch || above == sizes.begin()) return above->second.ms;
  const auto below = std::prev(above);
  const double share =
      static_cast<double>(batch - below->first) / static_cast<double>(above->first - below->first);
  return below->second.ms + share * (above->second.ms - below->second.ms);
}

CostTable CostTable::read(const std::filesystem::path& path) {
  std::vector<std::byte> bytes;
  read_file(path, kLimits.bytes, bytes);
  return parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path.string());
}

CostTable CostTable::parse(std::string_view text, const std::string& where) {
  const Json json = parse_json<Json>(text, kLimits, where);
  const JsonReader r(json, where, {"schema", "device", "members"});
  if (r.text("schema") != kSchema)
    throw bad_input("{}: expected schema '{}', found '{}'", where, kSchema, r.text("schema"));
  CostTable table;
  table.device = r.text_or("device", "");
  for (const auto& entry : r.array("members")) {
    const JsonReader m(entry, fmt::format("{}: members[{}]", where, table.members_.size()),
                       {"name", "costs"});
    table.members_.push_back(m.text("name"));
    auto& costs = table.costs_.emplace_back();
    for (const auto& one : m.array("costs")) {
      const JsonReader c(one, m.place("costs"), {"batch", "ms", "runs"});
      const double ms = c.number("ms");
      if (!(ms >= 0 && ms <= kMost))
        throw bad_input("{}: expected milliseconds from 0 to {:g}, found {}", m.place("costs"), kMost, ms);
      costs[whole(c, "batch", 1)] = {ms, whole(c, "runs", 1)};
    }
    if (costs.empty()) throw bad_input("{}: expected at least one cost", m.place("costs"));
  }
  if (table.empty()) throw bad_input("{}: expected at least one member", where);
  return table;
}

void CostTable::write(OutputFile& out) const {
  Json members = Json::array();
  for (size_t m = 0; m < members_.size(); ++m) {
    Json costs = Json::array();
    for (const auto& [batch, c] : costs_[m])
      costs.push_back({{"batch", batch}, {"ms", c.ms}, {"runs", c.runs}});
    members.push_back({{"name", members_[m]}, {"costs", costs}});
  }
  // Member names may be those of files, which need not be UTF-8; JSON must be.
  const Json json = {{"schema", kSchema}, {"device", device}, {"members", members}};
  out.write(json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace fxe
