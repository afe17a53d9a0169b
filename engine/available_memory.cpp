// SPDX-License-Identifier: Apache-2.0
#include "engine/available_memory.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

namespace fxe {

namespace {

namespace fs = std::filesystem;

// What one version of control groups calls its files.
struct GroupFiles {
  const char *limit, *used, *inactive, *active;
};
constexpr GroupFiles kVersion1 = {"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file",
                                  "total_active_file"};
constexpr GroupFiles kVersion2 = {"memory.max", "memory.current", "inactive_file", "active_file"};

std::string read_all(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The number at the start of the text.
std::optional<size_t> number(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  size_t value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc()) return std::nullopt;
  return value;
}

// The number in the line that begins with `key`.
std::optional<size_t> number_after(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (text.starts_with(key)) return number(text.substr(key.size()));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return std::nullopt;
}

size_t minus(size_t a, size_t b) { return a > b ? a - b : 0; }

size_t left_by_system(const fs::path& root) {
  const std::string text = read_all(root / "proc/meminfo");
  const auto there = number_after(text, "MemAvailable:");
  if (!there) return SIZE_MAX;
  return 1024 * (*there + number_after(text, "SwapFree:").value_or(0));
}

size_t left_by_group(const fs::path& folder, const GroupFiles& files) {
  const auto limit = number(read_all(folder / files.limit));
  const auto used = number(read_all(folder / files.used));
  if (!limit || !used) return SIZE_MAX;
  const std::string text = read_all(folder / "memory.stat");
  const auto pages_of_files = [&](const char* key) {
    return number_after(text, std::string(key) + ' ').value_or(0);
  };
  return minus(*limit, minus(*used, pages_of_files(files.inactive) + pages_of_files(files.active)));
}

// Lines of /proc/self/cgroup: "4:memory:/a/b" or, in version 2, "0::/a/b". Inside a container the folder may
// differ from what the line says; the topmost one is always there.
size_t left_by_groups(const fs::path& root) {
  size_t left = SIZE_MAX;
  std::istringstream lines(read_all(root / "proc/self/cgroup"));
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (first == line.npos || second == line.npos) continue;
    const std::string controllers = ',' + line.substr(first + 1, second - first - 1) + ',';
    const bool version2 = controllers == ",,";
    if (!version2 && controllers.find(",memory,") == controllers.npos) continue;
    const fs::path top = root / (version2 ? "sys/fs/cgroup" : "sys/fs/cgroup/memory");
    for (fs::path group = fs::path(line.substr(second + 1)).relative_path();; group = group.parent_path()) {
      left = std::min(left, left_by_group(top / group, version2 ? kVersion2 : kVersion1));
      if (group.empty()) break;
    }
  }
  return left;
}

size_t left_by_limit(const fs::path& root) {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return SIZE_MAX;
  const auto pages = number(read_all(root / "proc/self/statm")).value_or(0);
  return minus(limit.rlim_cur, pages * static_cast<size_t>(sysconf(_SC_PAGESIZE)));
}

}  // namespace

size_t available_memory(const fs::path& root) {
  return std::min({left_by_system(root), left_by_groups(root), left_by_limit(root)});
}

size_t available_memory() { return available_memory("/"); }

}  // namespace fxe
