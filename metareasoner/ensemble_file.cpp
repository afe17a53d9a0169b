// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/ensemble_file.h"

#include <algorithm>
#include <set>

#include "engine/bounded_json.h"
#include "engine/input/text_file.h"
#include "metareasoner/json_reader.h"

namespace fxe {

namespace {

using Json = nlohmann::ordered_json;
constexpr const char* kSchema = "fxe.ensemble/1";
constexpr size_t kMaxFileBytes = size_t{4} << 20;
constexpr size_t kMaxMembers = 4096;
constexpr JsonLimits kLimits{.bytes = kMaxFileBytes, .depth = 16, .keys = 1024};

template <class Enum>
Enum choice(const JsonReader& reader, const char* key,
            std::initializer_list<std::pair<const char*, Enum>> choices) {
  if (!reader.has(key)) return choices.begin()->second;
  const auto found = reader.text(key);
  std::vector<std::string> names;
  for (const auto& [name, value] : choices) {
    if (found == name) return value;
    names.emplace_back(name);
  }
  throw bad_input("{}: expected {}, found '{}'", reader.place(key), fmt::join(names, " or "), found);
}

Combine read_combine(const JsonReader& reader) {
  return choice<Combine>(reader, "combine",
                         {{"logits", Combine::logits}, {"probabilities", Combine::probabilities}});
}

const char* text(Combine c) { return c == Combine::logits ? "logits" : "probabilities"; }
const char* text(Signal s) { return s == Signal::margin ? "margin" : "raw_margin"; }

MemberEntry read_member(const Json& json, const std::string& where) {
  const JsonReader r(
      json, where,
      {"name", "model", "network", "state_dict", "output", "weight", "temperature", "preprocess"});
  MemberEntry m;
  m.model = r.text("model");
  m.name = r.text_or("name", m.model.stem().string().c_str());
  m.network = r.text_or("network", "");
  m.state_dict = r.text_or("state_dict", "");
  m.output = r.text_or("output", "");
  m.weight = r.number_or("weight", 1);
  m.temperature = r.number_or("temperature", 1);
  // Through the unordered form, which the parser of presets takes.
  m.preprocess = parse_preprocess(nlohmann::json(r.at("preprocess")), r.place("preprocess"));
  return m;
}

using MemberIndex = std::map<std::string, int>;

int member_index(const MemberIndex& members, const std::string& name, const std::string& where) {
  if (const auto found = members.find(name); found != members.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [known, index] : members) names.push_back(known);
  throw bad_input("{}: no member is called '{}' (nearest: {})", where, name,
                  fmt::join(nearest_names(name, names, 1), ""));
}

Profile read_profile(const Json& json, const EnsembleFile& file, const MemberIndex& members,
                     const std::string& where) {
  const JsonReader r(
      json, where,
      {"members", "combine", "weights", "temperatures", "signal", "thresholds", "reference", "made"});
  Profile p;
  if (r.array("members").size() > file.members.size())
    throw bad_input("{}: expected at most {} members, found {}", r.place("members"), file.members.size(),
                    r.array("members").size());
  for (const auto& name : r.array("members")) {
    if (!name.is_string()) throw bad_input("{}: expected names of members", r.place("members"));
    p.point.members.push_back(member_index(members, name.get<std::string>(), r.place("members")));
  }
  p.point.combine = r.has("combine") ? read_combine(r) : file.combine;
  p.point.signal =
      choice<Signal>(r, "signal", {{"margin", Signal::margin}, {"raw_margin", Signal::raw_margin}});
  for (int m : p.point.members) {
    p.point.weights.push_back(file.members[static_cast<size_t>(m)].weight);
    p.point.temperatures.push_back(file.members[static_cast<size_t>(m)].temperature);
  }
  if (r.has("weights")) p.point.weights = r.numbers("weights");
  if (r.has("temperatures")) p.point.temperatures = r.numbers("temperatures");
  p.point.thresholds = r.numbers("thresholds");
  p.reference = r.text_or("reference", "full");
  if (r.has("made")) p.made = r.at("made");
  check_operating_point(p.point, file.members.size(), where);
  return p;
}

void check_members(const EnsembleFile& file, const std::string& where) {
  if (file.members.empty()) throw bad_input("{}.members: expected at least one", where);
  if (file.members.size() > kMaxMembers)
    throw bad_input("{}.members: expected at most {}, found {}", where, kMaxMembers, file.members.size());
  std::set<std::string> names;
  for (const auto& m : file.members) {
    if (!names.insert(m.name).second) throw bad_input("{}.members: two are called '{}'", where, m.name);
    if (!is_positive_fp32(m.weight) || !is_positive_fp32(m.temperature))
      throw bad_input("{}.members '{}': expected weight and temperature above 0 in fp32, found {} and {}",
                      where, m.name, m.weight, m.temperature);
  }
}

Json to_json(const Profile& p, const EnsembleFile& file) {
  Json names = Json::array();
  for (int m : p.point.members) names.push_back(file.members[static_cast<size_t>(m)].name);
  Json json = {{"members", names},
               {"combine", text(p.point.combine)},
               {"weights", p.point.weights},
               {"temperatures", p.point.temperatures},
               {"signal", text(p.point.signal)},
               {"thresholds", p.point.thresholds},
               {"reference", p.reference}};
  if (!p.made.is_null()) json["made"] = p.made;
  return json;
}

}  // namespace

bool is_ensemble_file(const std::filesystem::path& path) {
  std::vector<std::byte> bytes;
  std::error_code error;
  // An index of weights in several files (Hugging Face's).
  if (path.filename().string().ends_with(".index.json")) return false;
  // A safetensors header, the other format that may hold JSON, begins with its length in eight bytes.
  if (!std::filesystem::is_regular_file(path, error) ||
      std::filesystem::file_size(path, error) > kMaxFileBytes)
    return false;
  read_file(path, kMaxFileBytes, bytes);
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  // UTF-16, which reading refuses; in a safetensors header the next length bytes are zero.
  if (text.starts_with("\xff\xfe{")) return text.size() > 4 && text[4] != 0;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  const auto start = text.find_first_not_of(" \n\r\t");
  return start != text.npos && text[start] == '{';
}

EnsembleFile read_ensemble_file(const std::filesystem::path& path) {
  std::vector<std::byte> bytes;
  read_file(path, kMaxFileBytes, bytes);
  return parse_ensemble({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path);
}

EnsembleFile parse_ensemble(std::string_view content, const std::filesystem::path& path) {
  const auto where = path.string();
  const Json json = parse_json<Json>(content, kLimits, where);
  const JsonReader r(json, where, {"schema", "name", "classes", "combine", "members", "profiles"});
  if (r.text("schema") != kSchema)
    throw bad_input("{}: expected schema '{}', found '{}'", where, kSchema, r.text("schema"));
  EnsembleFile file;
  file.folder = path.parent_path();
  file.name = r.text_or("name", path.stem().string().c_str());
  file.classes = r.text_or("classes", "");
  file.combine = read_combine(r);
  for (const auto& member : r.array("members"))
    file.members.push_back(read_member(member, fmt::format("{}: members[{}]", where, file.members.size())));
  check_members(file, where);
  MemberIndex members;
  for (const auto& m : file.members) members.emplace(m.name, static_cast<int>(members.size()));
  if (r.has("profiles")) {
    if (!r.at("profiles").is_object()) throw bad_input("{}: expected an object", r.place("profiles"));
    for (const auto& [name, profile] : r.at("profiles").items())
      file.profiles[name] =
          read_profile(profile, file, members, fmt::format("{}: profile '{}'", where, name));
  }
  return file;
}

void write_ensemble_file(const EnsembleFile& file, OutputFile& out) {
  Json json = {{"schema", kSchema}, {"name", file.name}};
  if (!file.classes.empty()) json["classes"] = file.classes.generic_string();
  json["combine"] = text(file.combine);
  json["members"] = Json::array();
  for (const auto& m : file.members) {
    Json member = {{"name", m.name}, {"model", m.model.generic_string()}};
    if (!m.network.empty()) member["network"] = m.network;
    if (!m.state_dict.empty()) member["state_dict"] = m.state_dict;
    if (!m.output.empty()) member["output"] = m.output;
    member["weight"] = m.weight;
    member["temperature"] = m.temperature;
    member["preprocess"] = fxe::to_json(m.preprocess);
    json["members"].push_back(member);
  }
  if (!file.profiles.empty()) json["profiles"] = Json::object();
  for (const auto& [name, profile] : file.profiles) json["profiles"][name] = to_json(profile, file);
  // Member names may be those of files, which need not be UTF-8; JSON must be.
  out.write(json.dump(2, ' ', false, Json::error_handler_t::replace));
  out.write("\n");
}

void write_ensemble_file(const EnsembleFile& file, const std::filesystem::path& path) {
  OutputFile out(path);
  write_ensemble_file(file, out);
  out.commit();
}

}  // namespace fxe
