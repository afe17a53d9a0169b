// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace fxe {

// For the start of main(): printing can then neither end the program nor harm a file.
//   * Descriptors 0, 1 and 2 are opened on /dev/null if closed: no file of ours gets their number.
//   * SIGPIPE and SIGXFSZ are ignored: writes fail with a reason instead.
//   * `stdout` and `stderr` accept everything, filtered by TerminalText, whether it can be written or not.
void set_up_standard_streams();

// For the end of main(): `code`, or 1 if that is 0 and not everything could be written to standard output; it
// then says so, unless the reader was gone.
int exit_code_after_printing(int code);

}  // namespace fxe
