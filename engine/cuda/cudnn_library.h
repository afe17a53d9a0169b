// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace fxe {

// cuDNN's library, found when the first of its functions is called: a program that was built with it starts,
// says what is missing and runs on the CPU where it is not installed. cudnn_library.cpp defines the functions
// of cudnn.h that fxe calls; they throw run_time without the library, but for cudnnGetVersion(), which is
// then 0.

// Why it cannot be loaded, in the loader's words; empty where it can.
std::string cudnn_load_error();

}  // namespace fxe
