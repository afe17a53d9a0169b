// SPDX-License-Identifier: Apache-2.0
#include "runtime/run_options.h"

#include <fmt/format.h>

#include <charconv>

namespace fxe {

std::optional<DeviceRequest> parse_device(std::string_view text) {
  using Kind = DeviceRequest::Kind;
  if (text == "auto") return DeviceRequest{Kind::automatic};
  if (text == "cpu") return DeviceRequest{Kind::cpu};
  if (text == "cuda") return DeviceRequest{Kind::cuda};
  constexpr std::string_view kPrefix = "cuda:";
  if (!text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  int index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error != std::errc{} || end != text.data() + text.size() || index < 0) return std::nullopt;
  return DeviceRequest{Kind::cuda, index};
}

std::string name(const DeviceRequest& device) {
  switch (device.kind) {
    case DeviceRequest::Kind::automatic:
      return "auto";
    case DeviceRequest::Kind::cpu:
      return "cpu";
    case DeviceRequest::Kind::cuda:
      break;
  }
  return device.index < 0 ? "cuda" : fmt::format("cuda:{}", device.index);
}

std::string_view name(Control control) {
  switch (control) {
    case Control::automatic:
      return "auto";
    case Control::device:
      return "device";
    case Control::host:
      return "host";
    case Control::none:
      break;
  }
  return "none";
}

std::string_view name(TailForm tail) { return tail == TailForm::fused ? "fused" : "separate"; }

std::string_view name(Launch launch) { return launch == Launch::graph ? "graph" : "stream"; }

}  // namespace fxe
