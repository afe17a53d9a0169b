// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/safetensors/header.h"

#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/error.h"
#include "engine/shape.h"
#include "weights_converter/printable.h"

namespace fxe {

namespace {

using nlohmann::json;

constexpr std::array<std::pair<std::string_view, DType>, 10> kTypes{{{"F64", DType::f64},
                                                                     {"F32", DType::f32},
                                                                     {"F16", DType::f16},
                                                                     {"BF16", DType::bf16},
                                                                     {"I64", DType::i64},
                                                                     {"I32", DType::i32},
                                                                     {"I16", DType::i16},
                                                                     {"I8", DType::i8},
                                                                     {"U8", DType::u8},
                                                                     {"BOOL", DType::boolean}}};

// Reads the header event by event: it stores only the header's own structure, so a hostile header costs no
// more memory than an honest one of its size, and nesting has no depth to exhaust.
class HeaderReader : public nlohmann::json_sax<json> {
 public:
  SafetensorsHeader header;

  bool start_object(size_t) override {
    if (depth_ == 2) fail("an object");
    if (depth_ == 1 && name_.empty() && !in_metadata())
      throw bad_input("the header has a tensor without a name");
    ++depth_;
    fields_.clear();
    return true;
  }

  bool end_object() override {
    --depth_;
    if (depth_ == 1 && !in_metadata()) finish_entry();
    return true;
  }

  bool key(string_t& key) override {
    if (depth_ == 1) {
      name_ = key;
      if (!names_.insert(key).second) throw bad_input("the header names '{}' twice", printable(key));
    } else {
      field_ = key;
      if (!fields_.insert(key).second)
        throw bad_input("the header gives '{}' of '{}' twice", printable(key), printable(name_));
      if (!in_metadata() && key != "dtype" && key != "shape" && key != "data_offsets")
        throw bad_input("the header gives '{}' a field '{}'; expected dtype, shape and data_offsets",
                        printable(name_), printable(key));
    }
    return true;
  }

  bool string(string_t& value) override {
    if (depth_ == 2 && in_metadata())
      header.metadata[field_] = value;
    else if (depth_ == 2 && field_ == "dtype" && !in_array_)
      entry_.dtype = value;
    else
      fail("a string");
    return true;
  }

  bool start_array(size_t) override {
    if (depth_ != 2 || in_metadata() || field_ == "dtype" || in_array_) fail("an array");
    in_array_ = true;
    numbers_.clear();
    return true;
  }

  bool end_array() override {
    in_array_ = false;
    if (field_ == "shape") {
      entry_.shape.assign(numbers_.begin(), numbers_.end());
    } else {
      if (numbers_.size() != 2)
        throw bad_input("the data_offsets of '{}' must be two numbers, found {}", printable(name_),
                        numbers_.size());
      entry_.begin = numbers_[0];
      entry_.end = numbers_[1];
    }
    return true;
  }

  bool number_unsigned(number_unsigned_t value) override {
    if (!in_array_) fail("a number");
    if (value > uint64_t{1} << 62)
      throw bad_input("the {} of '{}' has a number past 2^62: {}", field_, printable(name_), value);
    if (numbers_.size() >= static_cast<size_t>(Shape::kMaxRank))
      throw bad_input("the {} of '{}' has more than {} numbers", field_, printable(name_), Shape::kMaxRank);
    numbers_.push_back(value);
    return true;
  }

  bool number_integer(number_integer_t value) override { return fail(fmt::format("the number {}", value)); }
  bool number_float(number_float_t, const string_t& text) override {
    return fail("the number " + printable(text));
  }
  bool null() override { return fail("null"); }
  bool boolean(bool) override { return fail("a truth value"); }
  bool binary(binary_t&) override { return fail("binary data"); }

  bool parse_error(size_t position, const std::string& token, const nlohmann::detail::exception&) override {
    throw bad_input("the header is not JSON at byte {}, near '{}'", position, printable(token, 40));
  }

 private:
  bool in_metadata() const { return name_ == "__metadata__"; }

  bool fail(const std::string& found) const {
    throw bad_input("the header has {} at '{}{}{}'; expected {}", found, printable(name_),
                    depth_ == 2 ? "." : "", depth_ == 2 ? printable(field_) : "",
                    in_metadata() ? "an object of strings" : "{dtype, shape, data_offsets}");
  }

  void finish_entry() {
    for (const char* field : {"dtype", "shape", "data_offsets"})
      if (!fields_.contains(field)) throw bad_input("the header gives '{}' no {}", printable(name_), field);
    header.entries.emplace(name_, std::move(entry_));
    entry_ = {};
  }

  int depth_ = 0;
  bool in_array_ = false;
  std::string name_, field_;
  std::set<std::string, std::less<>> names_, fields_;
  SafetensorsEntry entry_;
  std::vector<uint64_t> numbers_;
};

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view text) {
  HeaderReader reader;
  json::sax_parse(text.begin(), text.end(), &reader);
  return std::move(reader.header);
}

std::optional<DType> safetensors_dtype(std::string_view name) {
  for (const auto& [known, type] : kTypes)
    if (known == name) return type;
  return std::nullopt;
}

std::string_view safetensors_name(DType type) {
  for (const auto& [name, known] : kTypes)
    if (known == type) return name;
  throw run_time_error("safetensors has no type {}", fxe::name(type));
}

}  // namespace fxe
