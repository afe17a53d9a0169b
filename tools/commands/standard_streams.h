// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace fxe {

// For the start of main(): printing can neither end the program nor harm a file.
// * Of descriptors 0, 1 and 2, those that are closed are opened on /dev/null: no file of ours gets their
// number.
// * SIGPIPE and SIGXFSZ are ignored: what is written fails with a reason instead.
// * `stdout` and `stderr` take what they are given whether it can be written or not, as TerminalText lets it
// through.
void set_up_standard_streams();

// For its end: `code`, or 1 where that is 0 and not everything could be written to standard output; then says
// so, unless its reader was gone.
int exit_code_after_printing(int code);

}  // namespace fxe
