// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/cpu_backend.h"

#include <fmt/format.h>
#include <omp.h>

#include "layers/cpu/layout.h"

namespace fxe {

namespace cpu {

CpuBackend::CpuBackend(int threads) : threads_(threads > 0 ? threads : omp_get_num_procs()) {}

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

std::unique_ptr<Backend> make_cpu_backend(int threads) { return std::make_unique<cpu::CpuBackend>(threads); }

}  // namespace fxe
