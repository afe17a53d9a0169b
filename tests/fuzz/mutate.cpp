// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/mutate.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace fxe::fuzz {

namespace {

using test::Random;

constexpr std::array<uint64_t, 14> kIntegers{0,
                                             1,
                                             0x7f,
                                             0x80,
                                             0xff,
                                             0x7fff,
                                             0xffff,
                                             1024,
                                             0x10000,
                                             0x7fffffff,
                                             0xffffffff,
                                             uint64_t{1} << 62,
                                             ~uint64_t{0} >> 1,
                                             ~uint64_t{0}};
constexpr std::array<const char*, 10> kNumbers{
    "0",     "-1",  "1", "65536", "2147483647", "4294967296", "9223372036854775807", "18446744073709551616",
    "1e999", "-0.0"};

size_t below(Random& random, size_t count) {
  return static_cast<size_t>(random.integer(0, static_cast<int64_t>(count) - 1));
}

// A piece of `text` as start and length; short ones are more likely.
std::pair<size_t, size_t> piece(Random& random, const std::string& text) {
  const size_t begin = below(random, text.size() + 1);
  const size_t longest = random.uniform() < 0.8 ? 16 : text.size();
  return {begin, std::min(below(random, longest + 1), text.size() - begin)};
}

void overwrite_integer(Random& random, std::string& text) {
  uint64_t value = kIntegers[below(random, kIntegers.size())];
  if (random.uniform() < 0.5) value += static_cast<uint64_t>(random.integer(-2, 2));
  if (random.uniform() < 0.3) value = __builtin_bswap64(value);
  const size_t size = size_t{1} << below(random, 4);
  if (text.size() < size) return;
  std::memcpy(text.data() + below(random, text.size() - size + 1), &value, size);
}

// Replaces the digits at or after a random place.
void replace_number(Random& random, std::string& text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto begin = std::find_if(text.begin() + static_cast<std::ptrdiff_t>(below(random, text.size() + 1)),
                                  text.end(), is_digit);
  const auto end = std::find_if_not(begin, text.end(), is_digit);
  if (begin != end) text.replace(begin, end, kNumbers[below(random, kNumbers.size())]);
}

void change(Random& random, std::span<const std::string> inputs, std::string& text) {
  const auto [begin, length] = piece(random, text);
  switch (random.integer(0, 8)) {
    case 0:
    case 1:
      if (!text.empty()) text[below(random, text.size())] ^= static_cast<char>(1 << random.integer(0, 7));
      return;
    case 2:
      if (!text.empty()) text[below(random, text.size())] = static_cast<char>(random.integer(0, 255));
      return;
    case 3:
      return overwrite_integer(random, text);
    case 4:
      return replace_number(random, text);
    case 5:
      text.erase(begin, length);
      return;
    case 6:
      text.insert(below(random, text.size() + 1), text.substr(begin, length));
      return;
    case 7: {
      const std::string& other = inputs[below(random, inputs.size())];
      const auto [from, count] = piece(random, other);
      text.replace(begin, length, other.substr(from, count));
      return;
    }
    case 8:
      if (random.uniform() < 0.2) text.resize(below(random, text.size() + 1));
      return;
  }
}

}  // namespace

std::string mutated(std::span<const std::string> inputs, size_t max_bytes, Random& random) {
  std::string text = inputs[below(random, inputs.size())];
  const int64_t changes = int64_t{1} << random.integer(0, 4);
  for (int64_t i = 0; i < changes; ++i) change(random, inputs, text);
  if (text.size() > max_bytes) text.resize(max_bytes);
  return text;
}

}  // namespace fxe::fuzz
