// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "kernels/tail.h"
#include "metareasoner/member.h"
#include "metareasoner/operating_point.h"

namespace fxe {

// A member and which of the batch's inputs it reads. Members with equal preprocessing share an input.
struct MemberSlot {
  Member* member = nullptr;  // not owned
  size_t input = 0;
};

// Classes of every member. Throws bad_input where there is no member, or two disagree.
int32_t common_classes(std::span<const MemberSlot>);

// Values of an image of each input; 0 for one that no member reads. Throws bad_input where two that share an
// input want different ones.
std::vector<size_t> input_elements(std::span<const MemberSlot>);

// One run of a program over a batch.
struct BatchRun {
  struct Stage {
    int64_t batch = 0;  // compiled batch size that ran; 0: the stage did not run
    int32_t live = 0;   // images that were live before it
    double ms = 0;      // member and tail
  };
  std::span<const RowResult> rows;  // by image; this and `mean` are valid until the side's next begin()
  std::span<const float> mean;      // [images classes] m_k where each image stopped
  std::vector<Stage> stages;
  // Network time: inputs on the host to decisions on the host. With two sides, where the host does other work
  // meanwhile, from the device's first kernel to its last decision.
  double ms = 0;
};

// What an observer sees after each stage.
struct StageView {
  int stage = 0;
  std::span<const float> mean;      // [images classes] by image
  std::span<const RowResult> rows;  // of live images: as if they stopped here
  double ms = 0;
};

// Copies of a full batch by themselves, by the device's clock, in the order in which they were made.
struct CopyTimes {
  std::vector<double> up_ms;    // every input and what describes the batch, to the device
  std::vector<double> down_ms;  // results and means, from it
};

// How a device is driven, in the words of --control and --launch.
struct Driving {
  std::string_view control = "host", launch = "stream";
};

// Runs an ensemble on batches of up to `capacity` images. Prepared once; a run allocates nothing. An executor
// has one side or two, each with its own inputs and results: while the batch of one is under way, the other's
// can be written.
class Executor {
 public:
  virtual ~Executor() = default;

  // Makes a program of an operating point and returns its number, while no batch is under way. Those that
  // differ only in thresholds, weights or temperatures share what was built.
  virtual int prepare(const OperatingPoint&) = 0;

  virtual int sides() const { return 1; }
  // Whether begin() hands the batch to a device and returns; else the batch has ended by then.
  virtual bool begin_returns_early() const { return false; }
  virtual Driving driving() const { return {}; }

  // Where the caller writes input `input` of image `row` before begin(): plain fp32 [c h w], or uint8 [h w c]
  // of an input whose pixel values the executor was given. Kept over runs.
  virtual std::span<std::byte> input(size_t input, int row, int side = 0) = 0;

  // Images 0 .. count-1 of a side whose batch before has ended; deadline_ms 0: none. end() waits for the
  // batch. What began first ends first.
  virtual void begin(int prepared, int count, double deadline_ms, int side) = 0;
  virtual const BatchRun& end(int side) = 0;
  const BatchRun& run(int prepared, int count, double deadline_ms = 0) {
    begin(prepared, count, deadline_ms, 0);
    return end(0);
  }

  // Makes the copies of a batch `repetitions` times while none is under way: in a run they are not told apart
  // from the rest. None where members read the host's memory.
  virtual std::optional<CopyTimes> time_copies(int /*repetitions*/) { return std::nullopt; }

  // Called after every stage, where the executor decides on the host (others throw bad_input).
  virtual void observe(std::function<void(const StageView&)>) = 0;
};

}  // namespace fxe
