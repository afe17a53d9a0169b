// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace fxe {

// Memory shared by the images being decoded at the same time: a decoder takes its share once it knows the
// size of its image, and waits while too little is left.
class DecodeMemory {
 public:
  explicit DecodeMemory(size_t bytes) : bytes_(bytes) {}

  class Share {
   public:
    explicit Share(DecodeMemory& of) : of_(of) {}
    ~Share() { give_back(); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    // Replaces the share it had. False, with nothing taken, if `bytes` exceeds the total. The caller must
    // hold no other share while it waits here.
    bool take(size_t bytes);
    void give_back();
    size_t bytes_of_all() const { return of_.bytes_; }

   private:
    DecodeMemory& of_;
    size_t taken_ = 0;
  };

 private:
  const size_t bytes_;
  std::mutex mutex_;
  std::condition_variable given_back_;
  size_t taken_ = 0;
};

}  // namespace fxe
