// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace fxe {

// The lines of a text file without their ends (LF or CRLF), trailing white space and trailing empty lines
// removed. Throws bad_input for a file that cannot be read, is larger than 256 MiB, has more than 2^24 lines,
// or holds a NUL byte.
std::vector<std::string> read_lines(const std::filesystem::path& path);

// The whole of a file. Throws bad_input saying why it cannot be read, or that it is larger than
// `limit_bytes`.
void read_file(const std::filesystem::path& path, size_t limit_bytes, std::vector<std::byte>& out);

}  // namespace fxe
