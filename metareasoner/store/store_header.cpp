// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/store/store_header.h"

#include <concepts>
#include <cstring>

#include "engine/bounded_json.h"
#include "metareasoner/json_reader.h"
#include "metareasoner/store/part.h"
#include "metareasoner/store/prefix_score.h"

namespace fxe {

namespace {

using Json = nlohmann::ordered_json;
constexpr const char* kSchema = "fxe.store/1";
constexpr size_t kMaxMembers = 4096, kMaxImages = size_t{1} << 26;
constexpr int64_t kMaxClasses = 1 << 20;
constexpr JsonLimits kLimits{.bytes = size_t{64} << 20, .depth = 8, .keys = 64, .values = size_t{1} << 21};
constexpr size_t kValuesOfMember = 64;  // at most, including preprocessing
constexpr size_t kChecksumAt = 12, kJsonBytesAt = 16;

using Write = std::function<void(std::span<const std::byte>)>;

// Passes on what it is given in pieces large enough to be worth a call.
class Pieces {
 public:
  explicit Pieces(const Write& write) : write_(write) {}

  void put(std::span<const std::byte> bytes) {
    piece_.insert(piece_.end(), bytes.begin(), bytes.end());
    if (piece_.size() >= kPiece) flush();
  }
  template <std::integral T>
  void put(T value) {
    put(std::as_bytes(std::span(&value, 1)));
  }
  void put(std::string_view text) { put(std::as_bytes(std::span(text))); }
  void flush() {
    if (!piece_.empty()) write_(piece_);
    piece_.clear();
  }

 private:
  static constexpr size_t kPiece = size_t{1} << 14;
  const Write& write_;
  std::vector<std::byte> piece_;
};

template <class T>
T get(std::span<const std::byte> bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(value));
  return value;
}

Json to_json(const StoreHeader& h) {
  Json members = Json::array();
  for (const auto& m : h.members)
    members.push_back({{"name", m.name},
                       {"model_sha256", m.model_sha256},
                       {"multiply_adds", m.multiply_adds},
                       {"weight", m.weight},
                       {"temperature", m.temperature},
                       {"preprocess", m.preprocess}});
  return {{"schema", kSchema},
          {"form", name(h.form)},
          {"ensemble", h.ensemble},
          {"fingerprint", h.fingerprint},
          {"device", h.device},
          {"precision", h.precision},
          {"batch", h.batch},
          {"content", h.content},
          {"combine", h.combine == Combine::logits ? "logits" : "probabilities"},
          {"classes", h.classes},
          {"class_names", h.class_names},
          {"images", h.images()},
          {"members", members}};
}

int64_t whole(const JsonReader& r, const char* key, int64_t low, int64_t high) {
  const Json& value = r.at(key);
  if (!value.is_number_integer() || value.get<int64_t>() < low || value.get<int64_t>() > high)
    throw bad_input("{}: expected a whole number from {} to {}, found {}", r.place(key), low, high,
                    value.dump().substr(0, 40));
  return value.get<int64_t>();
}

StoreMember read_member(const Json& json, const std::string& where) {
  const JsonReader r(json, where,
                     {"name", "model_sha256", "multiply_adds", "weight", "temperature", "preprocess"});
  StoreMember m;
  m.name = r.text("name");
  m.model_sha256 = r.text("model_sha256");
  m.multiply_adds = whole(r, "multiply_adds", -1, INT64_MAX / 2);
  m.weight = r.number("weight");
  m.temperature = r.number("temperature");
  m.preprocess = r.at("preprocess");
  if (!is_positive_fp32(m.weight) || !is_positive_fp32(m.temperature))
    throw bad_input("{}: expected weight and temperature above 0 in fp32, found {} and {}", where, m.weight,
                    m.temperature);
  return m;
}

StoreForm read_form(const JsonReader& r) {
  for (const auto form : {StoreForm::fp32, StoreForm::fp16, StoreForm::compact})
    if (r.text("form") == name(form)) return form;
  throw bad_input("{}: expected fp32, fp16 or compact, found '{}'", r.place("form"), r.text("form"));
}

Combine read_combine(const JsonReader& r) {
  if (r.text("combine") == "logits") return Combine::logits;
  if (r.text("combine") == "probabilities") return Combine::probabilities;
  throw bad_input("{}: expected logits or probabilities, found '{}'", r.place("combine"), r.text("combine"));
}

StoreHeader from_json(const Json& json, const std::string& where, size_t& images) {
  const JsonReader r(json, where,
                     {"schema", "form", "ensemble", "fingerprint", "device", "precision", "batch", "content",
                      "combine", "classes", "class_names", "images", "members"});
  if (r.text("schema") != kSchema)
    throw bad_input("{}: expected schema '{}', found '{}'", where, kSchema, r.text("schema"));
  StoreHeader h;
  h.form = read_form(r);
  h.ensemble = r.text("ensemble");
  h.fingerprint = r.text("fingerprint");
  h.device = r.text("device");
  h.precision = r.text("precision");
  h.batch = static_cast<int>(whole(r, "batch", 1, 1 << 20));
  h.content = r.text("content");
  h.combine = read_combine(r);
  h.classes = whole(r, "classes", 1, kMaxClasses);
  for (const auto& line : r.array("class_names")) {
    if (!line.is_string()) throw bad_input("{}: expected names", r.place("class_names"));
    h.class_names.push_back(line.get<std::string>());
  }
  if (!h.class_names.empty() && static_cast<int64_t>(h.class_names.size()) != h.classes)
    throw bad_input("{}: {} names for {} classes", where, h.class_names.size(), h.classes);
  images = static_cast<size_t>(whole(r, "images", 0, static_cast<int64_t>(kMaxImages)));
  for (const auto& member : r.array("members"))
    h.members.push_back(read_member(member, fmt::format("{}: members[{}]", where, h.members.size())));
  if (h.members.empty() || h.members.size() > kMaxMembers)
    throw bad_input("{}: expected 1 to {} members, found {}", where, kMaxMembers, h.members.size());
  return h;
}

// Applies the reader's limits, so that nothing is recorded that it would refuse.
void expect_readable(const StoreHeader& h) {
  if (h.classes < 1 || h.classes > kMaxClasses)
    throw bad_input("a store holds 1 to {} classes, found {}", kMaxClasses, h.classes);
  if (h.members.empty() || h.members.size() > kMaxMembers)
    throw bad_input("a store holds 1 to {} members, found {}", kMaxMembers, h.members.size());
  if (h.images() > kMaxImages)
    throw bad_input("a store holds at most {} images, found {}", kMaxImages, h.images());
  if (h.class_names.size() + h.members.size() * kValuesOfMember > kLimits.values)
    throw bad_input("a store names at most {} classes and members", kLimits.values);
}

// i32 label of each image, u32 bytes of each path, then the paths, concatenated.
void read_images(std::span<const std::byte> table, size_t images, const std::string& where, StoreHeader& h) {
  if (table.size() / 8 < images)
    throw bad_input("{}: the image table is too short for {} images", where, images);
  size_t at = 8 * images;
  h.labels.reserve(images);
  for (size_t i = 0; i < images; ++i) {
    h.labels.push_back(get<int32_t>(table, 4 * i));
    const auto bytes = get<uint32_t>(table, 4 * (images + i));
    if (bytes > table.size() - at) throw bad_input("{}: the path of image {} runs past its table", where, i);
    if (h.labels[i] < -1 || h.labels[i] >= h.classes)
      throw bad_input("{}: image {} has class {} of {}", where, i, h.labels[i], h.classes);
    h.paths.push_back({reinterpret_cast<const char*>(table.data() + at), bytes});
    at += bytes;
  }
  if (at != table.size()) throw bad_input("{}: the image table is longer than its {} images", where, images);
}

}  // namespace

std::string_view name(StoreForm form) {
  return form == StoreForm::fp32 ? "fp32" : form == StoreForm::fp16 ? "fp16" : "compact";
}

StoreLayout StoreHeader::layout(size_t data_start) const {
  StoreLayout l;
  l.data_start = data_start;
  l.images = images();
  l.slabs = form == StoreForm::compact ? 1 : members.size();
  l.row_bytes = form == StoreForm::compact ? members.size() * sizeof(PrefixScore)
                                           : static_cast<size_t>(classes) * (form == StoreForm::fp16 ? 2 : 4);
  return l;
}

OperatingPoint recorded_order(const StoreHeader& h) {
  OperatingPoint p;
  p.combine = h.combine;
  for (size_t m = 0; m < h.members.size(); ++m) {
    p.members.push_back(static_cast<int>(m));
    p.weights.push_back(h.members[m].weight);
    p.temperatures.push_back(h.members[m].temperature);
  }
  p.thresholds.assign(h.members.size() - 1, 1);
  return p;
}

size_t encode_header(const StoreHeader& h, const Write& write) {
  expect_readable(h);
  // File names may hold any bytes; those in the JSON (members, classes) must not make it fail.
  const std::string json = to_json(h).dump(-1, ' ', false, Json::error_handler_t::replace);
  if (json.size() > kLimits.bytes)
    throw bad_input(
        "names and preprocessing need {} bytes in a store's header, which holds {}; shorten the class names",
        json.size(), kLimits.bytes);
  const size_t table_bytes = 8 * h.images() + h.paths.characters();
  const size_t bytes = StoreLayout::kPreamble + json.size() + table_bytes;
  const size_t data_start = StoreLayout::aligned(bytes);

  const auto put_checked = [&](Pieces& out) {
    out.put(static_cast<uint64_t>(json.size()));
    out.put(static_cast<uint64_t>(table_bytes));
    out.put(std::string_view(json));
    for (const int32_t label : h.labels) out.put(label);
    for (const std::string& path : h.paths) out.put(static_cast<uint32_t>(path.size()));
    for (const std::string& path : h.paths) out.put(std::string_view(path));
    out.put(std::string_view(std::string(data_start - bytes, '\0')));
    out.flush();
  };
  // Twice, because the checksum of everything comes first.
  uint32_t sum = 0;
  const Write add = [&](std::span<const std::byte> piece) { sum = checksum(piece, sum); };
  Pieces summed(add);
  put_checked(summed);

  Pieces out(write);
  out.put(std::string_view(StoreLayout::kMagic));
  out.put(StoreLayout::kVersion);
  out.put(sum);
  put_checked(out);
  return data_start;
}

DecodedHeader decode_header(std::span<const std::byte> file, const std::string& where) {
  if (file.size() < StoreLayout::kPreamble || std::memcmp(file.data(), StoreLayout::kMagic, 8) != 0)
    throw bad_input("{}: not a logit store; fxe record and fxe import make one", where);
  if (const auto version = get<uint32_t>(file, 8); version != StoreLayout::kVersion)
    throw bad_input("{}: a store of version {}, this fxe reads version {}", where, version,
                    StoreLayout::kVersion);
  const auto json_bytes = get<uint64_t>(file, kJsonBytesAt), table_bytes = get<uint64_t>(file, 24);
  const size_t room = file.size() - StoreLayout::kPreamble;
  if (json_bytes > kLimits.bytes || json_bytes > room || table_bytes > room - json_bytes)
    throw bad_input("{}: the header says {} + {} bytes, the file has {}; it is damaged or cut off", where,
                    json_bytes, table_bytes, file.size());
  const size_t data_start = StoreLayout::aligned(StoreLayout::kPreamble + json_bytes + table_bytes);
  if (data_start > file.size() || !checksum_holds(file.subspan(kJsonBytesAt, data_start - kJsonBytesAt),
                                                  get<uint32_t>(file, kChecksumAt)))
    throw bad_input("{}: the header does not match its checksum; the file is damaged", where);
  size_t images = 0;
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  DecodedHeader decoded{
      from_json(parse_json<Json>(text.substr(StoreLayout::kPreamble, json_bytes), kLimits, where), where,
                images),
      data_start};
  read_images(file.subspan(StoreLayout::kPreamble + json_bytes, table_bytes), images, where, decoded.header);
  return decoded;
}

}  // namespace fxe
