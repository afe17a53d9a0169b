// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <filesystem>

namespace fxe {

// Which files this process has read, by device and inode, so that none is overwritten by its own results.
// Every place that opens an input notes it; nothing is kept unless start_noting_files() was called.
void start_noting_files();  // forgets those noted so far
void stop_noting_files();   // for example before many images are read
void note_file_read(const struct stat&);
bool was_file_read(const struct stat&);

// The same for a file that is read bit by bit and so may change in the meantime.
void note_file_read(const struct stat&, const std::filesystem::path&);
// Throws run_time, naming the file, if one of those has changed or was replaced since.
void expect_files_unchanged();

}  // namespace fxe
