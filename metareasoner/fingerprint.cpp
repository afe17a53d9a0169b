// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/fingerprint.h"

#include "engine/mapped_file.h"
#include "engine/sha256.h"

namespace fxe {

Fingerprint fingerprint(const EnsembleFile& file) {
  Fingerprint f;
  auto members = nlohmann::ordered_json::array();
  for (const auto& m : file.members) {
    f.models.push_back(sha256_hex(MappedFile::open(file.folder / m.model)->bytes()));
    members.push_back({m.name, f.models.back(), m.network, to_json(m.preprocess)});
  }
  const std::string text = members.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  f.ensemble = sha256_hex(std::as_bytes(std::span(text)));
  return f;
}

}  // namespace fxe
