// SPDX-License-Identifier: Apache-2.0
#include "engine/image/decode_memory.h"

namespace fxe {

bool DecodeMemory::Share::take(size_t bytes) {
  give_back();
  if (bytes > of_.bytes_) return false;
  std::unique_lock lock(of_.mutex_);
  of_.given_back_.wait(lock, [&] { return bytes <= of_.bytes_ - of_.taken_; });
  of_.taken_ += bytes;
  taken_ = bytes;
  return true;
}

void DecodeMemory::Share::give_back() {
  if (taken_ == 0) return;
  {
    const std::lock_guard lock(of_.mutex_);
    of_.taken_ -= taken_;
    taken_ = 0;
  }
  of_.given_back_.notify_all();
}

}  // namespace fxe
