// SPDX-License-Identifier: Apache-2.0
#include "engine/cuda/vendor_library.h"

#include <dlfcn.h>

#include <climits>

#include "engine/error.h"

namespace fxe {

namespace {

bool loads_part(void* library, const std::string& part) {
  if (part.empty()) return true;
  char folder[PATH_MAX];
  return dlinfo(library, RTLD_DI_ORIGIN, folder) == 0 &&
         dlopen((folder + ("/" + part)).c_str(), RTLD_NOW | RTLD_LOCAL) != nullptr;
}

}  // namespace

VendorLibrary::VendorLibrary(std::string product, std::string file, const std::string& folder,
                             const std::string& part)
    : product_(std::move(product)), file_(std::move(file)) {
  for (const std::string& path : {file_, folder + "/" + file_}) {
    handle_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle_ && loads_part(handle_, part)) {
      error_.clear();
      return;
    }
    handle_ = nullptr;
    const char* why = dlerror();
    if (error_.empty()) error_ = why ? why : file_ + ": a part of it cannot be found";
  }
}

void* VendorLibrary::address(const char* name) const {
  if (!handle_)
    throw run_time_error("{} cannot be loaded: {}; install it, or use --device cpu", product_, error_);
  if (void* found = dlsym(handle_, name)) return found;
  throw run_time_error("this {} has no {}: install the {} that this was built with, or a later one", file_,
                       name, product_);
}

}  // namespace fxe
