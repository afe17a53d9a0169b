// SPDX-License-Identifier: Apache-2.0
#include "engine/input/loader.h"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <new>
#include <thread>

#include "engine/affinity.h"
#include "engine/available_memory.h"
#include "engine/error.h"
#include "engine/image/decode.h"
#include "engine/input/text_file.h"
#include "engine/sha256.h"

namespace fxe {

namespace {

constexpr size_t kKeptBytes = size_t{32} << 20;  // of a thread's buffers, between images
using Clock = std::chrono::steady_clock;

double milliseconds(Clock::duration d) { return std::chrono::duration<double, std::milli>(d).count(); }

void expect_memory(const std::vector<ImageInput>& inputs, size_t ahead) {
  size_t bytes = 0;
  for (const auto& input : inputs) bytes += input.bytes();
  const size_t there = available_memory();
  if (bytes > there / ahead)
    throw run_time_error(
        "{} prepared images take {} MiB each, and {} MiB of memory are available; try a smaller --batch or "
        "input",
        ahead, (bytes >> 20) + 1, there >> 20);
}

}  // namespace

// Slot i holds image first + j with j % slots == i, so order needs no queue: a thread takes the next image
// once its slot is free; the consumer waits for the slot of the image it wants.
struct Loader::State {
  struct Slot {
    Item item;
    bool full = false;
  };

  const Dataset& dataset;
  std::vector<ImageInput> inputs;
  const LoaderOptions options;
  DecodeMemory memory{available_memory() / 2};
  size_t end;
  std::vector<Slot> slots;
  std::mutex mutex;
  std::condition_variable freed, filled;
  size_t to_load, to_deliver;
  bool delivered = false;  // the caller still has slot to_deliver - 1
  bool stopping = false;
  std::exception_ptr failure;
  std::vector<std::thread> threads;

  State(const Dataset& d, std::vector<ImageInput> p, size_t ahead, size_t first, size_t last,
        const LoaderOptions& o)
      : dataset(d),
        inputs(std::move(p)),
        options(o),
        end(last),
        slots(ahead),
        to_load(first),
        to_deliver(first) {
    expect_memory(inputs, ahead);
    for (auto& slot : slots)
      for (const auto& input : inputs) slot.item.inputs.emplace_back(input.bytes());
  }

  State(const State&) = delete;
  State& operator=(const State&) = delete;
  // Here rather than in ~Loader, which does not run if starting a thread fails.
  ~State() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    freed.notify_all();
    for (auto& thread : threads) thread.join();
  }

  void load_loop();
};

namespace {

class Worker {
 public:
  Worker(const std::vector<ImageInput>& inputs, const LoaderOptions& options, DecodeMemory& memory)
      : inputs_(inputs), options_(options), memory_(memory) {}

  void load(const std::filesystem::path& path, Loader::Item& item) {
    item.error.clear();
    item.read_failed = false;
    item.sha256 = {};
    try {
      const auto start = Clock::now();
      read(path, item);
      decode_image(file_, image_, options_.max_pixels, &memory_);
      const auto decoded = Clock::now();
      for (size_t i = 0; i < inputs_.size(); ++i) inputs_[i].prepare(preprocessor_, image_, item.inputs[i]);
      item.decode_ms = milliseconds(decoded - start);
      item.preprocess_ms = milliseconds(Clock::now() - decoded);
    } catch (const Error& error) {
      item.error = error.what();
    } catch (const std::bad_alloc&) {  // fails this image only: the next one may find memory again
      file_ = {};
      image_ = {};
      preprocessor_ = {};
      item.error = "needs more memory than is available; use fewer --threads, or leave this image out";
    }
    if (file_.capacity() > kKeptBytes) file_ = {};
    if (image_.rgb.capacity() > kKeptBytes) image_ = {};
    memory_.give_back();
  }

 private:
  void read(const std::filesystem::path& path, Loader::Item& item) {
    try {
      read_file(path, kMaxImageFileBytes, file_);
    } catch (const Error& error) {
      item.read_failed = error.kind() == ErrorKind::run_time;
      throw;
    }
    if (options_.hash) item.sha256 = sha256(file_);
  }

  const std::vector<ImageInput>& inputs_;
  const LoaderOptions& options_;
  DecodeMemory::Share memory_;
  std::vector<std::byte> file_;
  Image image_;
  Preprocessor preprocessor_;
};

}  // namespace

void Loader::State::load_loop() {
  unpin_this_thread();  // the starting thread may be pinned for a network
  Worker worker(inputs, options, memory);
  std::unique_lock lock(mutex);
  while (true) {
    freed.wait(lock, [&] { return stopping || to_load >= end || !slots[to_load % slots.size()].full; });
    if (stopping || to_load >= end) return;
    const size_t index = to_load++;
    Slot& slot = slots[index % slots.size()];
    // Marked full at once: the next image of this slot waits until this one was delivered and returned.
    slot.full = true;
    slot.item.index = end;
    lock.unlock();
    try {
      worker.load(dataset.file(index), slot.item);
      lock.lock();
    } catch (...) {
      lock.lock();
      failure = std::current_exception();
    }
    slot.item.index = index;
    filled.notify_all();
  }
}

Loader::Loader(const Dataset& dataset, std::vector<ImageInput> inputs, int threads, size_t ahead,
               size_t first, size_t end, const LoaderOptions& options)
    : state_(std::make_unique<State>(dataset, std::move(inputs), std::max<size_t>(ahead, 1), first, end,
                                     options)) {
  for (int i = 0; i < std::max(threads, 1); ++i)
    state_->threads.emplace_back([this] { state_->load_loop(); });
}

Loader::~Loader() = default;

const Loader::Item* Loader::next() {
  State& s = *state_;
  std::unique_lock lock(s.mutex);
  if (s.delivered) {
    s.slots[(s.to_deliver - 1) % s.slots.size()].full = false;
    s.delivered = false;
    s.freed.notify_all();
  }
  if (s.to_deliver >= s.end) return nullptr;
  State::Slot& slot = s.slots[s.to_deliver % s.slots.size()];
  s.filled.wait(lock, [&] { return s.failure || (slot.full && slot.item.index == s.to_deliver); });
  if (s.failure) std::rethrow_exception(s.failure);
  ++s.to_deliver;
  s.delivered = true;
  return &slot.item;
}

}  // namespace fxe
