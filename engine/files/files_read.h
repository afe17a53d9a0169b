// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <filesystem>

#include "engine/error.h"

namespace fxe {

// Why an input cannot be opened or read, by errno: bad_input if no file has or can have that name; otherwise
// run_time, as for a disk's error, too many open files or a missing permission: they say nothing about the
// file.
Error cannot_read(const std::filesystem::path&, int error);

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
