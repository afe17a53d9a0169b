// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fxe {

// The lines of a text file without their ends (LF or CRLF), trailing white space, trailing empty lines and a
// UTF-8 byte order mark. Throws bad_input for a file that cannot be read, is larger than 256 MiB, has more
// than 2^22 lines or a line of more than 4096 bytes, is UTF-16, or holds a NUL byte.
std::vector<std::string> read_lines(const std::filesystem::path& path);

// The same for the content of a file, which `where` names in errors.
std::vector<std::string> parse_lines(std::string_view text, const std::string& where);

// The same lines one after the other, with their numbers from 1 on, of which none is kept. What is past the
// limits throws when it is come to.
void for_each_line(std::string_view text, const std::string& where,
                   const std::function<void(std::string_view line, size_t number)>&);

// The text of a file, of which read_lines() gives the lines.
std::string read_text(const std::filesystem::path& path);

// 0 or more, of digits only, such as the index of a class.
std::optional<int> whole_number(std::string_view);

// The whole of a file. Throws bad_input saying why it cannot be read, or that it is larger than
// `limit_bytes`; run_time where that may pass, as a disk's error does.
void read_file(const std::filesystem::path& path, size_t limit_bytes, std::vector<std::byte>& out);

}  // namespace fxe
