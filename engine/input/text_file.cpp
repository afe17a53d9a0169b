// SPDX-License-Identifier: Apache-2.0
#include "engine/input/text_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "engine/byte_order_mark.h"
#include "engine/error.h"
#include "engine/files/descriptor.h"
#include "engine/files/files_read.h"

namespace fxe {

namespace {

constexpr size_t kMaxLines = size_t{1} << 22, kMaxLineBytes = 4096;

}  // namespace

void read_file(const std::filesystem::path& path, size_t limit_bytes, std::vector<std::byte>& out) {
  // Without O_NONBLOCK, opening a pipe would wait for its writer.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!file || fstat(file.get(), &status) != 0) throw cannot_read(path, errno);
  if (!S_ISREG(status.st_mode)) throw bad_input("{}: not a file", path.string());
  note_file_read(status);
  const auto bytes = static_cast<size_t>(status.st_size);
  if (bytes > limit_bytes)
    throw bad_input("{}: {} bytes, expected at most {}", path.string(), bytes, limit_bytes);
  out.resize(bytes);
  for (size_t at = 0; at < bytes;) {
    const ssize_t n = read(file.get(), out.data() + at, bytes - at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw cannot_read(path, errno);
    if (n == 0) throw bad_input("{}: cannot be read: it became shorter in the meantime", path.string());
    at += static_cast<size_t>(n);
  }
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
