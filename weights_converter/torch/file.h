// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "weights_converter/byte_reader.h"
#include "weights_converter/weight_file.h"

namespace fxe {

// Files written by torch.save. `state_dict`: the dict to read, see find_state_dict(). All throw bad_input
// without the file's name.

// Since PyTorch 1.6: a zip archive with NAME/data.pkl and NAME/data/KEY.
WeightFile read_torch_zip(Bytes file, std::shared_ptr<const void> owner, std::string_view state_dict = {});

// Since PyTorch 0.1.10: pickles of a magic number, the protocol, the machine, the object and the storages'
// keys, then the storages.
bool is_torch_legacy(Bytes file);
WeightFile read_torch_legacy(Bytes file, std::shared_ptr<const void> owner, std::string_view state_dict = {});

}  // namespace fxe
