// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "metareasoner/ensemble_file.h"

namespace fxe {

// What decides the members' outputs: two ensembles with the same fingerprint give the same logits for the
// same images. Weights, temperatures, combination and profiles are left out: they can change over one store.
struct Fingerprint {
  // SHA-256 of each member's model file; for a model in several files, of their hashes, one a line.
  std::vector<std::string> models;
  // SHA-256 of each member's name, model hash, network, preprocessing, mean image's hash and choice of
  // weights, in order.
  std::string ensemble;
};
// files_of: the files a member's model is read from, in an order that depends on them alone.
using ModelFiles = std::function<std::vector<std::filesystem::path>(const std::filesystem::path& model)>;
Fingerprint fingerprint(const EnsembleFile&, const ModelFiles& files_of);

}  // namespace fxe
