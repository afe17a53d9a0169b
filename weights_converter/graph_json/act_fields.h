// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "layers/activation.h"

// Names of activations and of their numbers, shared by writing and reading.
namespace fxe {

std::string_view act_name(Activation::Kind);
std::optional<Activation::Kind> act_kind(std::string_view name);

// The numbers that a kind uses.
std::vector<float Activation::*> act_numbers(Activation::Kind);

}  // namespace fxe
