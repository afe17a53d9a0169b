// SPDX-License-Identifier: Apache-2.0
// Prints what is the same in every run and on every machine, a line each: "value name". counts_test.py
// compares it.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "engine/image/decode.h"
#include "engine/input/image_input.h"
#include "engine/input/preprocess_presets.h"
#include "layers/optimize.h"
#include "metareasoner/cpu_executor.h"
#include "metareasoner/plan_member.h"
#include "networks/random_weights.h"
#include "networks/registry.h"
#include "tests/engine/image/encode.h"
#include "tests/engine/image/picture.h"
#include "tests/support/allocations.h"
#if FXE_HAVE_CUDA
#include "engine/cuda/cuda_device.h"
#include "engine/cuda/cuda_status.h"
#include "layers/cuda/cuda_backend.h"
#include "metareasoner/cuda/cuda_executor.h"
#include "metareasoner/cuda/graph_size.h"
#endif

namespace fxe::test {
namespace {

void say(const std::string& name, size_t value) { fmt::print("{} {}\n", value, name); }

Model random_network(const std::string& spec, uint64_t seed) {
  Graph graph = build_network(spec);
  TensorMap weights = random_weights(graph, seed);
  return optimize(bind_weights(std::move(graph), std::move(weights), spec));
}

OperatingPoint point_of(size_t members) {
  OperatingPoint p;
  p.members.resize(members);
  std::iota(p.members.begin(), p.members.end(), 0);
  p.weights.assign(members, 1);
  p.temperatures.assign(members, 1);
  p.thresholds.assign(members - 1, 0.9);
  return p;
}

constexpr size_t kMembers = 8;
constexpr int kBatches[] = {1, 64};

std::vector<MemberSlot> slots_of(const std::vector<std::unique_ptr<PlanMember>>& members) {
  std::vector<MemberSlot> slots;
  for (const auto& m : members) slots.push_back({m.get(), 0});
  return slots;
}

void count_input() {
  const Image picture = random_picture(500, 375, 1);
  const std::string jpeg = encode_jpeg(picture.rgb, 500, 375, 3, {.quality = 90, .luma_h = 2, .luma_v = 2});
  const auto file = std::as_bytes(std::span(jpeg));
  const ImageInput input(parse_preprocess("torchvision-224", "counts"));
  std::vector<std::byte> out(input.bytes());
  Image image;
  Preprocessor preprocessor;
  const auto decode = [&] { decode_image(file, image); };
  const auto prepare = [&] { input.prepare(preprocessor, image, out); };
  decode(), prepare();
  say("heap allocations of a JPEG's decoding, after the first", allocations_during(decode).size());
  say("heap allocations of an image's preparation, after the first", allocations_during(prepare).size());
}

void count_cpu() {
  for (const int batch : kBatches) {
    const auto backend = make_cpu_backend(1);
    std::vector<std::unique_ptr<PlanMember>> members;
    for (uint64_t seed = 0; seed < kMembers; ++seed)
      members.push_back(
          std::make_unique<PlanMember>("m", random_network("cifar_resnet8", seed), *backend, batch));
    const auto executor = make_cpu_executor(backend->device(), slots_of(members), batch);
    const int prepared = executor->prepare(point_of(kMembers));
    executor->run(prepared, batch);
    const auto allocations = allocations_during([&] { executor->run(prepared, batch); });
    const auto inside = std::count_if(allocations.begin(), allocations.end(),
                                      [](const Allocation& a) { return a.library.starts_with("libdnnl"); });
    const std::string name =
        fmt::format("cpu, 8 cifar_resnet8, batch {}: heap allocations of a run, ", batch);
    say(name + "after the first, outside oneDNN", allocations.size() - static_cast<size_t>(inside));
  }
}

#if FXE_HAVE_CUDA
size_t bytes_of(const Recorder& recorder, Recorder::Kind kind) {
  size_t bytes = 0;
  for (const auto& e : recorder.events()) bytes += e.kind == kind ? e.bytes : 0;
  return bytes;
}

void count_network(const std::string& spec) {
  for (const int64_t batch : kBatches) {
    Recorder recorder;
    const auto device = make_recording_device(recorder);
    const auto backend = make_cuda_backend(*device, Precision::fp16, described_device("h200"));
    const auto plan = compile(random_network(spec, 1), *backend, batch);
    const std::string name = fmt::format("h200 fp16, {}, batch {}: ", spec, batch);
    if (batch == kBatches[0]) say(name + "bytes of weights", bytes_of(recorder, Recorder::Kind::allocate));
    say(name + "bytes of the arena", plan->arena_bytes());
    size_t kernels = 0;
    for (const auto& layer : plan->layers()) kernels += layer.kernels.size();
    say(name + "kernels", kernels);
  }
}

void count_ensemble() {
  for (const int batch : kBatches) {
    Recorder recorder;
    const auto device = make_recording_device(recorder);
    const auto backend = make_cuda_backend(*device, Precision::fp16, described_device("h200"));
    std::vector<std::unique_ptr<PlanMember>> members;
    for (uint64_t seed = 0; seed < kMembers; ++seed)
      members.push_back(
          std::make_unique<PlanMember>("m", random_network("cifar_resnet14", seed), *backend, batch));
    const std::string name = fmt::format("h200 fp16, 8 cifar_resnet14, batch {}: ", batch);
    say(name + "bytes of weights", bytes_of(recorder, Recorder::Kind::allocate));
    const CudaExecutorOptions options{.capacity = batch, .pixel_values = {PixelValues{}}};
    const GraphSize size = graph_size(slots_of(members), point_of(kMembers), options);
    say(name + "bytes on the device besides weights", size.device_bytes);
    say(name + "nodes of the graph", size.nodes());
    const auto executor = make_recording_device_control(*device, recorder, slots_of(members), options);
    const int prepared = executor->prepare(point_of(kMembers));
    recorder.clear();
    executor->run(prepared, batch);
    say(name + "kernels told", recorder.count(Recorder::Kind::launch));
    say(name + "copies", recorder.count(Recorder::Kind::copy));
    say(name + "bytes copied", bytes_of(recorder, Recorder::Kind::copy));
    say(name + "waits of the host", recorder.count(Recorder::Kind::wait));
    say(name + "device allocations of a run", recorder.count(Recorder::Kind::allocate));
  }
}
#endif

}  // namespace
}  // namespace fxe::test

int main() {
  using namespace fxe::test;
  count_input();
  count_cpu();
#if FXE_HAVE_CUDA
  say("version of cuDNN", fxe::cuda_status().cudnn_version);
  for (const char* network : {"alexnet", "resnet50", "mobilenet_v2", "squeezenet1_1"}) count_network(network);
  count_ensemble();
#endif
}
