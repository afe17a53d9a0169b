// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/name_hash.h"

#include <algorithm>

#include "engine/error.h"
#include "engine/sha256.h"

namespace fxe {

namespace {

constexpr size_t kMinDigits = 8, kMaxDigits = 64;

bool is_decimal(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_decimal(c) || (c >= 'a' && c <= 'f'); }

}  // namespace

std::optional<std::string> hash_in_name(const std::filesystem::path& path) {
  const std::string stem = path.stem().string();
  const size_t dash = stem.rfind('-');
  if (dash == std::string::npos) return std::nullopt;
  std::string digits = stem.substr(dash + 1);
  if (digits.size() < kMinDigits || digits.size() > kMaxDigits) return std::nullopt;
  if (!std::all_of(digits.begin(), digits.end(), is_hex)) return std::nullopt;
  return digits;
}

std::optional<std::string> check_name_hash(const std::filesystem::path& path,
                                           std::span<const std::byte> content) {
  const auto expected = hash_in_name(path);
  if (!expected) return std::nullopt;
  const std::string found = sha256_hex(content).substr(0, expected->size());
  if (found == *expected) return std::nullopt;
  if (std::all_of(expected->begin(), expected->end(), is_decimal))
    return fmt::format(
        "the {} in the file's name is not its SHA-256, which begins with {}; taken as a date or a count",
        *expected, found);
  throw bad_input("expected SHA-256 {}... as the file's name says, found {}...; is the download complete?",
                  *expected, found);
}

}  // namespace fxe
