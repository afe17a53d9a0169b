// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "weights_converter/torch_objects.h"

namespace fxe {

struct StateDict {
  std::map<std::string, const TorchTensor*, std::less<>> tensors;
  std::string
      arch;  // what a training program says beside them that it trained: timm's and PyTorch's examples do
  std::vector<std::string> notes;
};

// The weights among what a training program saved: the dict with tensors under the best known name
// ("state_dict" before "model", ...), else the outermost one, else the one with the most tensors, optimizers
// left out; without a prefix that all names share and that only says how the model was wrapped ("module.",
// "model.", "net.", "_orig_mod."). Notes tell both, and which other dicts have tensors, such as an average of
// the weights ("model_ema"). `asked`: the dict to read instead, its keys from the outside joined by '.', as
// notes name it; or else what the names of tensors begin with, see keep_prefix(). Throws bad_input where
// there are no tensors, or none under that name.
StateDict find_state_dict(const pickle::Heap&, pickle::Id root, const TorchObjects&,
                          std::string_view asked = {});

// Keeps the tensors whose names begin with `prefix` and a dot, without these. What to tell about the others;
// nothing, and all tensors as they were, where there are no such names.
template <class Tensors>
std::optional<std::string> keep_prefix(Tensors& tensors, std::string_view prefix) {
  const std::string begin = fmt::format("{}.", prefix);
  Tensors kept;
  for (const auto& [name, tensor] : tensors)
    if (name.size() > begin.size() && name.starts_with(begin))
      kept.emplace(name.substr(begin.size()), tensor);
  if (kept.empty()) return std::nullopt;
  const size_t left_out = tensors.size() - kept.size();
  tensors = std::move(kept);
  return fmt::format("weights are those whose names begin with '{}'; left out: {} other tensor{}", begin,
                     left_out, left_out == 1 ? "" : "s");
}

}  // namespace fxe
