// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace fxe {

// cuBLASLt, loaded on first use as cuDNN is (cudnn_library.h): a file of half a gigabyte that takes about 50
// ms and 150 MiB of memory to load. cublaslt_library.cpp defines the functions of cublasLt.h that fxe calls;
// they throw run_time without the library.

// Why it cannot be loaded, in the loader's words; empty if it can be.
std::string cublaslt_load_error();

// "cuBLASLt 13.1.0", or "no cuBLASLt". Loads the library.
std::string cublaslt_version();

}  // namespace fxe
