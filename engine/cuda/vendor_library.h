// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace fxe {

// An NVIDIA library that is loaded on first use, so that a program built with it starts without it, reports
// what is missing and runs on what it has.
class VendorLibrary {
 public:
  // Looks for `file` where the loader does, LD_LIBRARY_PATH included, then in `folder`, where it was at build
  // time. `part`, unless empty, is a library that this one loads from its own folder on the first call,
  // ending the process if it cannot, for example for lack of memory: it is loaded here first. Messages call
  // the library `product`, such as "cuDNN 9".
  VendorLibrary(std::string product, std::string file, const std::string& folder,
                const std::string& part = {});

  // Why it cannot be loaded, in the loader's words; empty if it can be.
  const std::string& error() const { return error_; }

  // The function `name`, whose declaration is the first argument. Throws run_time if the function or the
  // library is missing.
  template <class Function>
  Function* find(Function*, const char* name) const {
    return reinterpret_cast<Function*>(address(name));
  }

 private:
  void* address(const char* name) const;

  std::string product_, file_, error_;
  void* handle_ = nullptr;
};

}  // namespace fxe
