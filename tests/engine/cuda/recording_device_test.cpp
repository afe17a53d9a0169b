// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/cuda/cuda_device.h"
#include "engine/cuda/cuda_time_mark.h"

namespace fxe {
namespace {

using Kind = Recorder::Kind;

TEST(RecordingDevice, LogsInOrderAndRunsNothing) {
  Recorder recorder;
  const auto device = make_recording_device(recorder);
  Buffer buffer = device->allocate(1000);
  const auto queue = device->make_queue();
  const std::byte from[16] = {std::byte{1}};
  queue->copy(buffer.data(), from, sizeof from);
  queue->wait();

  ASSERT_EQ(recorder.events().size(), 3u);
  EXPECT_EQ(recorder.events()[0].kind, Kind::allocate);
  EXPECT_EQ(recorder.events()[0].bytes, 1000u);
  EXPECT_EQ(recorder.events()[1].kind, Kind::copy);
  EXPECT_EQ(recorder.events()[1].bytes, 16u);
  EXPECT_EQ(recorder.events()[2].kind, Kind::wait);
  EXPECT_EQ(buffer.data()[0], std::byte{0});
}

TEST(RecordingDevice, LogsMarks) {
  Recorder recorder;
  CudaQueue a(recorder), b(recorder);
  CudaMark mark;
  mark.wait();  // never set: nothing to wait for
  mark.set(a);
  mark.hold(b);
  mark.wait();
  ASSERT_EQ(recorder.events().size(), 3u);
  EXPECT_EQ(recorder.events()[0].name, "mark");
  EXPECT_EQ(recorder.events()[1].name, "hold");
  EXPECT_EQ(recorder.events()[2].kind, Kind::wait);
}

TEST(RecordingDevice, NoTimePassesBetweenTimeMarks) {
  Recorder recorder;
  CudaQueue queue(recorder);
  CudaTimeMark a, b;
  a.set(queue);
  b.set(queue);
  EXPECT_EQ(recorder.count(Kind::order), 2u);
  EXPECT_EQ(b.ms_since(a), 0);
}

TEST(RecordingDevice, MemoryIsZeroedAndAligned) {
  Recorder recorder;
  const auto device = make_recording_device(recorder);
  for (const size_t bytes : {size_t{0}, size_t{1}, size_t{255}, size_t{256}, size_t{70001}}) {
    const Buffer buffer = device->allocate(bytes);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(buffer.data()) % kBufferAlignment, 0u);
    EXPECT_TRUE(
        std::all_of(buffer.data(), buffer.data() + bytes, [](std::byte b) { return b == std::byte{0}; }));
  }
}

TEST(RecordingDevice, QueuesCarryTheRecorder) {
  Recorder recorder;
  const auto queue = make_recording_device(recorder)->make_queue();
  EXPECT_EQ(static_cast<CudaQueue&>(*queue).recorder(), &recorder);
  EXPECT_EQ(static_cast<CudaQueue&>(*queue).stream(), nullptr);
}

}  // namespace
}  // namespace fxe
