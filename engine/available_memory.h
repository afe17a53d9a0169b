// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>

namespace fxe {

// Bytes of memory that this process may still take: the least of what the system has (swap included),
// what its control groups and their parents leave (version 1 or 2), and what `ulimit -v` leaves. Pages
// of files that could be dropped count as available. SIZE_MAX if nothing sets a limit. Takes a fraction
// of a millisecond.
size_t available_memory();

// The same under another root than /, holding proc and sys/fs/cgroup; for tests.
size_t available_memory(const std::filesystem::path& root);

}  // namespace fxe
