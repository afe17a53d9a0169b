// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/cpu_backend.h"

#include <fmt/format.h>

#include <exception>
#include <mutex>

#include "engine/affinity.h"
#include "engine/error.h"
#include "layers/cpu/direct_conv.h"
#include "layers/cpu/layout.h"

namespace fxe {

namespace cpu {

CpuBackend::CpuBackend(int threads, Precision precision, std::vector<int> processors,
                       std::shared_ptr<WeightCache> weights)
    : precision_(precision), workers_(threads, std::move(processors)), weights_(std::move(weights)) {
  if (!weights_) weights_ = std::make_shared<WeightCache>(engine_, device_);
  for (int i = 0; threads > 1 && i < threads; ++i) {
    single_.push_back(std::make_unique<CpuBackend>(1, precision, std::vector<int>(), weights_));
    single_pointers_.push_back(single_.back().get());
  }
}

void CpuBackend::run_on_threads(const std::function<void(size_t thread)>& f) {
  std::mutex mutex;
  std::exception_ptr thrown;
  workers_.pin_caller();
  workers_.run(static_cast<int64_t>(single_.size()), [&](int64_t thread) {
    try {
      f(static_cast<size_t>(thread));
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!thrown) thrown = std::current_exception();
    }
  });
  if (thrown) std::rethrow_exception(thrown);
}

std::vector<float> CpuBackend::read(Queue& queue, const Value& value, const void* data) {
  queue.wait();
  std::vector<float> values(static_cast<size_t>(value.shape.elements()));
  const Md md = md_of(value);
  dnnl::memory source(md, engine_, const_cast<void*>(data));
  dnnl::memory plain(plain_md(dims_of(md)), engine_, values.data());
  dnnl::reorder(source, plain).execute(stream_, source, plain);
  return values;
}

}  // namespace cpu

std::string cpu_library_version() {
  const dnnl_version_t* v = dnnl_version();
  return fmt::format("oneDNN {}.{}.{}", v->major, v->minor, v->patch);
}

std::unique_ptr<Backend> make_cpu_backend(int threads, Precision precision, bool pin) {
  if (precision != Precision::fp32 && precision != Precision::bf16)
    throw bad_input(
        "--precision {}: the CPU engine computes in fp32; bf16 keeps the weights of fully connected layers "
        "in bfloat16",
        name(precision));
  if (precision == Precision::bf16 && !cpu::DirectConv::works())
    throw bad_input("--precision bf16: on a CPU this needs AVX-512, which this one lacks; use fp32");
  if (threads <= 0) threads = static_cast<int>(usable_processors().size());
  std::vector<int> processors;
  if (pin) {
    processors = usable_processors();
    if (static_cast<size_t>(threads) > processors.size())
      throw bad_input(
          "--pin with {} threads: this process may use {} processors, one for each thread; use "
          "--threads {} or less",
          threads, processors.size(), processors.size());
    processors.resize(static_cast<size_t>(threads));
  }
  return std::make_unique<cpu::CpuBackend>(threads, precision, std::move(processors));
}

}  // namespace fxe
