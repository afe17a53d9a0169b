// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace fxe {

// The hash in a published file's name: the 8 or more hexadecimal digits between the last '-' and the
// extension, as in "resnet50-0676ba61.pth". Nothing if there is none.
std::optional<std::string> hash_in_name(const std::filesystem::path&);

// Compares it with the file's SHA-256 and throws bad_input naming both if they differ. Digits without letters
// may be a date or a step count ("model-20240229.pth"): then the difference is returned as a note instead.
std::optional<std::string> check_name_hash(const std::filesystem::path&, std::span<const std::byte> content);

}  // namespace fxe
