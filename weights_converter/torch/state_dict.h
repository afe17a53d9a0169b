// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "weights_converter/torch/objects.h"

namespace fxe {

struct StateDict {
  std::map<std::string, const TorchTensor*, std::less<>> tensors;
  std::string
      // the architecture that training programs save beside the weights: timm's and PyTorch's examples do
      arch;
  std::vector<std::string> notes;
};

// Finds the weights in what a training program saved: the dict of tensors under the best known name
// ("state_dict" before "model", ...), else the outermost one, else the one with the most tensors; never an
// optimizer's. A prefix that all names share and that only says how the model was wrapped ("module.",
// "model.", "net.", "_orig_mod.") is removed. Notes tell both, and which other dicts have tensors, such as an
// average of the weights ("model_ema"). `asked`: the dict to read instead, its keys from the outside joined
// by '.', as notes name it; or a prefix of tensor names, see keep_prefix(). Throws bad_input if there are no
// tensors, or none under that name.
StateDict find_state_dict(const pickle::Heap&, pickle::Id root, const TorchObjects&,
                          std::string_view asked = {});

// Keeps the tensors whose names begin with `prefix` and a dot, and removes that prefix. Returns a note about
// the others; nothing, with all tensors unchanged, if no name begins so.
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
