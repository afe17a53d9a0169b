// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/device.h"
#include "kernels/tail/tail_cuda.h"
#include "layers/input_form.h"
#include "layers/plan_observer.h"

namespace fxe {

// One network of an ensemble, as the schedule sees it: something that can be enqueued for a number of images.
class Member {
 public:
  virtual ~Member() = default;
  virtual const std::string& name() const = 0;
  virtual int64_t classes() const = 0;
  virtual int64_t input_elements() const = 0;  // values of one image
  virtual int64_t multiply_adds() const = 0;   // for one image
  virtual size_t arena_bytes() const = 0;  // scratch; members never run at the same time, so they share it

  // Called once, before the first enqueue. `input`, of the given `form`, and `logits` [batch classes] have
  // room for the largest batch; all are on the member's device and owned by the caller. Forms other than the
  // plain one are for members on a GPU.
  virtual void bind(void* arena, const void* input, float* logits, InputForm form = {}) = 0;

  // Changes the input, of the same form, for later runs at this batch. Only for members in the host's memory.
  virtual void rebind(const void* input, int64_t batch) = 0;

  // Runs rows 0 .. batch-1 of the input into the same rows of the logits. `batch` is one of batch_sizes().
  // Allocates nothing and does not wait.
  virtual void enqueue(Queue&, int64_t batch) const = 0;

  // The same, followed by the tail (kernels/tail/tail_cuda.h), in one kernel that also makes the logits. Only
  // at batches that have such a kernel; head() is its name, or empty.
  virtual void enqueue_with_tail(Queue&, int64_t /*batch*/, const TailCall&) const {}
  virtual std::string head(int64_t /*batch*/) const { return ""; }

  // Reports each of its kernels from now on to the observer; nullptr stops. It must outlive what is enqueued.
  // Returns the previous observer.
  virtual PlanObserver* observe(PlanObserver*) { return nullptr; }
};

// The batch sizes that members are compiled for if batches hold up to `capacity` images: 1 2 3 4 6 8 12 16 24
// ..., and `capacity` itself. Survivors run in the smallest that fits.
std::vector<int64_t> batch_sizes(int64_t capacity);

// Index of the smallest of `sizes` that is at least `count`.
size_t smallest_fit(const std::vector<int64_t>& sizes, int64_t count);

}  // namespace fxe
