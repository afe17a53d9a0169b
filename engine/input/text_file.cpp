// SPDX-License-Identifier: Apache-2.0
#include "engine/input/text_file.h"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>

#include "engine/byte_order_mark.h"
#include "engine/error.h"
#include "engine/files/files_read.h"

namespace fxe {

namespace {

constexpr size_t kMaxLines = size_t{1} << 22, kMaxLineBytes = 4096;

}  // namespace

void read_file(const std::filesystem::path& path, size_t limit_bytes, std::vector<std::byte>& out) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) throw bad_input("{}: no such file", path.string());
  if (!std::filesystem::is_regular_file(status)) throw bad_input("{}: not a file", path.string());
  const auto bytes = std::filesystem::file_size(path, error);
  if (error || bytes > limit_bytes)
    throw bad_input("{}: {} bytes, expected at most {}", path.string(), error ? 0 : bytes, limit_bytes);
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  out.resize(bytes);
  file.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(bytes));
  if (struct stat found{}; stat(path.c_str(), &found) == 0) note_file_read(found);
  if (file) return;
  const int reason = errno;
  // These errors of the system may pass; they say nothing about the file.
  for (const int passing : {EIO, EMFILE, ENFILE, ENOMEM, ESTALE, ETIMEDOUT, EINTR, EAGAIN})
    if (reason == passing)
      throw run_time_error("{}: cannot be read: {}", path.string(), std::strerror(reason));
  throw bad_input("{}: cannot be read: {}", path.string(),
                  reason ? std::strerror(reason) : "it became shorter meanwhile");
}

std::string read_text(const std::filesystem::path& path) {
  std::vector<std::byte> bytes;
  read_file(path, size_t{1} << 28, bytes);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<std::string> read_lines(const std::filesystem::path& path) {
  return parse_lines(read_text(path), path.string());
}

void for_each_line(std::string_view text, const std::string& where,
                   const std::function<void(std::string_view line, size_t number)>& f) {
  text = without_byte_order_mark(text, where);
  if (text.find('\0') != text.npos) throw bad_input("{}: expected a text file, found a NUL byte", where);
  size_t lines = 0, given = 0;  // empty lines are passed on only before a later line that is not empty
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
    if (lines == kMaxLines) throw bad_input("{}: more than the {} lines that are allowed", where, kMaxLines);
    ++lines;
    if (line.size() > kMaxLineBytes)
      throw bad_input("{}:{}: a line of {} bytes; expected at most {}", where, lines, line.size(),
                      kMaxLineBytes);
    if (!line.empty()) {
      while (++given < lines) f({}, given);
      f(line, lines);
    }
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
}

std::optional<int> whole_number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value < 0)
    return std::nullopt;
  return value;
}

std::vector<std::string> parse_lines(std::string_view text, const std::string& where) {
  std::vector<std::string> lines;
  for_each_line(text, where, [&](std::string_view line, size_t) { lines.emplace_back(line); });
  return lines;
}

}  // namespace fxe
