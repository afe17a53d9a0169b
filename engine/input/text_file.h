// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fxe {

// The lines of a text file without line ends (LF or CRLF), trailing white space, trailing empty lines and a
// UTF-8 byte order mark. Throws bad_input if the file cannot be read, exceeds 256 MiB, 2^22 lines or 4096
// bytes in a line, is UTF-16, or holds a NUL byte.
std::vector<std::string> read_lines(const std::filesystem::path& path);

// The same for a file's content; `where` names it in errors.
std::vector<std::string> parse_lines(std::string_view text, const std::string& where);

// Passes on the same lines, one by one, with their numbers from 1 on; keeps none. Throws when it reaches what
// exceeds the limits.
void for_each_line(std::string_view text, const std::string& where,
                   const std::function<void(std::string_view line, size_t number)>&);

// The text of a file whose lines read_lines() gives.
std::string read_text(const std::filesystem::path& path);

// A number of digits only, 0 or more, such as a class index.
std::optional<int> whole_number(std::string_view);

// Reads a whole file. Throws bad_input if there is no such file, it is not a regular one, or it exceeds
// `limit_bytes`; run_time if the system fails to read it, see cannot_read().
void read_file(const std::filesystem::path& path, size_t limit_bytes, std::vector<std::byte>& out);

}  // namespace fxe
