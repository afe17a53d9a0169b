// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/image/decode.h"
#include "layers/backend.h"
#include "metareasoner/cuda/cuda_executor.h"

namespace fxe {

// Where networks are to run.
struct DeviceRequest {
  enum class Kind {
    automatic,  // a GPU if one works, else the CPU
    cpu,
    cuda,
  };
  Kind kind = Kind::automatic;
  int index = -1;  // of a GPU; -1: the first
};
std::optional<DeviceRequest> parse_device(std::string_view);  // "auto", "cpu", "cuda[:I]"
std::string name(const DeviceRequest&);

// Who decides to stop.
enum class Control {
  automatic,  // the device if it can, else the host
  device,
  host,
  none,  // on the device, and every member runs: the baseline for what decisions cost
};
// How a GPU gets its work.
enum class Launch { graph, stream };

// As the options are called: "auto", "fused", "stream", ...
std::string_view name(Control);
std::string_view name(TailForm);
std::string_view name(Launch);

// How an ensemble is compiled and run.
struct RunOptions {
  DeviceRequest device;
  Precision precision = Precision::fp32;
  int batch = 1;    // images at a time
  int threads = 0;  // of the CPU engine; 0: every core this process may use
  std::optional<double> deadline_ms;
  bool autotune = false;            // time the libraries' plans
  bool pin = false;                 // pin the CPU engine's threads
  int64_t max_pixels = kMaxPixels;  // per image
  Control control = Control::automatic;
  TailForm tail = TailForm::fused;
  Launch launch = Launch::graph;
  int sides = 1;            // Executor::sides()
  bool pixels = true;       // a GPU takes images as pixels if it can
  bool every_size = false;  // compile members for smaller batches even with Control::none
  // Gets a line for each thing that is done in another way than asked for, such as on the CPU because no GPU
  // works; empty: nobody is told.
  std::function<void(const std::string&)> warn;
};

}  // namespace fxe
