// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "weights_converter/torch_objects.h"

namespace fxe {

struct StateDict {
  std::map<std::string, const TorchTensor*, std::less<>> tensors;
  std::vector<std::string> notes;
};

// The weights among what a training program saved: the dict with tensors under the best known name
// ("state_dict" before "model", ...), else the outermost one, else the one with the most tensors, optimizers
// left out; without a prefix that all names share and that only says how the model was wrapped ("module.",
// "model.", "net.", "_orig_mod."). Notes tell both, and which other dicts have tensors, such as an average of
// the weights ("model_ema"). `asked`: the dict to read instead, its keys from the outside joined by '.', as
// notes name it. Throws bad_input where there are no tensors, or none under that name.
StateDict find_state_dict(const pickle::Heap&, pickle::Id root, const TorchObjects&,
                          std::string_view asked = {});

}  // namespace fxe
