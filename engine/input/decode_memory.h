// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace fxe {

// Memory that images may take together which are decoded at the same time: a decoder takes its share once it
// knows the size of its image, and waits for others while there is too little left.
class DecodeMemory {
 public:
  explicit DecodeMemory(size_t bytes) : bytes_(bytes) {}

  class Share {
   public:
    explicit Share(DecodeMemory& of) : of_(of) {}
    ~Share() { give_back(); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    // In place of what it had. False, with nothing taken, for more than there is of all together. Who waits
    // here must hold no other share.
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
