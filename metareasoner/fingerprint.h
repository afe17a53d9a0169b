// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "metareasoner/ensemble_file.h"

namespace fxe {

// What decides the members' outputs: two ensembles with the same fingerprint give the same logits for the
// same images. Weights, temperatures, combination and profiles are left out: they can change over one store.
struct Fingerprint {
  std::vector<std::string> models;  // SHA-256 of each member's model file
  // SHA-256 of each member's name, model hash, network, preprocessing, mean image's hash and choice of
  // weights, in order.
  std::string ensemble;
};
Fingerprint fingerprint(const EnsembleFile&);

}  // namespace fxe
