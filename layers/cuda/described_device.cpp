// SPDX-License-Identifier: Apache-2.0
#include "layers/cuda/described_device.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <vector>

#include "engine/error.h"

namespace fxe {

namespace {

constexpr int64_t kMiB = int64_t{1} << 20;

constexpr std::array kDevices{
    DeviceDescription{.name = "h200",
                      .product = "NVIDIA H200",
                      .compute_capability = 90,
                      .multiprocessors = 132,
                      .sm_clock_khz = 1980000,
                      .memory_clock_khz = 3201000,
                      .l2_bytes = 60 * kMiB,
                      .memory_bytes = 143771 * kMiB,
                      .shared_per_block_optin_bytes = 232448,
                      .blocks_per_multiprocessor = 32,
                      .threads_per_multiprocessor = 2048},
    DeviceDescription{.name = "a100",
                      .product = "NVIDIA A100-SXM4-80GB",
                      .compute_capability = 80,
                      .multiprocessors = 108,
                      .sm_clock_khz = 1410000,
                      .memory_clock_khz = 1593000,
                      .l2_bytes = 40 * kMiB,
                      .memory_bytes = 81920 * kMiB,
                      .shared_per_block_optin_bytes = 166912,
                      .blocks_per_multiprocessor = 32,
                      .threads_per_multiprocessor = 2048},
    DeviceDescription{.name = "l4",
                      .product = "NVIDIA L4",
                      .compute_capability = 89,
                      .multiprocessors = 58,
                      .sm_clock_khz = 2040000,
                      .memory_clock_khz = 6251000,
                      .l2_bytes = 48 * kMiB,
                      .memory_bytes = 23034 * kMiB,
                      .shared_per_block_optin_bytes = 101376,
                      .blocks_per_multiprocessor = 24,
                      .threads_per_multiprocessor = 1536},
    DeviceDescription{.name = "t4",
                      .product = "Tesla T4",
                      .compute_capability = 75,
                      .multiprocessors = 40,
                      .sm_clock_khz = 1590000,
                      .memory_clock_khz = 5001000,
                      .l2_bytes = 4 * kMiB,
                      .memory_bytes = 15360 * kMiB,
                      .shared_per_block_optin_bytes = 65536,
                      .blocks_per_multiprocessor = 16,
                      .threads_per_multiprocessor = 1024},
};

}  // namespace

std::string DeviceDescription::json() const {
  return nlohmann::json{{"deviceName", product},
                        {"cudaDeviceId", 0},
                        {"deviceVer", compute_capability * 10},
                        {"driverVer", 13000},
                        {"multiProcessorCount", multiprocessors},
                        {"warpSize", 32},
                        {"regsPerBlock", 65536},
                        {"maxSharedMemoryPerBlock", 49152},
                        {"maxSharedMemoryPerBlockOptin", shared_per_block_optin_bytes},
                        {"reservedSharedMemoryPerBlock", compute_capability >= 80 ? 1024 : 0},
                        {"maxRegistersPerSM", 65536},
                        {"maxCtasPerSM", blocks_per_multiprocessor},
                        {"maxThreadsPerBlock", 1024},
                        {"maxThreadsPerSM", threads_per_multiprocessor},
                        {"maxGridSize", {2147483647, 65535, 65535}},
                        {"maxBlockSize", {1024, 1024, 64}},
                        {"pciDeviceId", 0},
                        {"isTccDriver", 0},
                        {"supportCoopLaunch", 1},
                        {"totalGlobalMem", memory_bytes},
                        {"smClockRateKHz", sm_clock_khz},
                        {"memClockRateKHz", memory_clock_khz},
                        {"l2CacheSize", l2_bytes}}
      .dump();
}

std::span<const DeviceDescription> described_devices() { return kDevices; }

const DeviceDescription& described_device(std::string_view name) {
  const auto found =
      std::find_if(kDevices.begin(), kDevices.end(), [&](const auto& device) { return device.name == name; });
  if (found != kDevices.end()) return *found;
  std::vector<std::string_view> names;
  for (const auto& device : kDevices) names.push_back(device.name);
  throw bad_input("no description of a device '{}'; choose one of {}", name, fmt::join(names, ", "));
}

bool has_precision(int compute_capability, Precision precision) {
  return (precision != Precision::tf32 && precision != Precision::bf16) || compute_capability >= 80;
}

}  // namespace fxe
