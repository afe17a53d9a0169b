// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/fingerprint.h"

#include "engine/mapped_file.h"
#include "engine/sha256.h"

namespace fxe {

namespace {

std::string hash_of(const std::filesystem::path& path) { return sha256_hex(MappedFile::open(path)->bytes()); }

std::string hash_of(const std::vector<std::filesystem::path>& files) {
  if (files.size() == 1) return hash_of(files[0]);
  std::string hashes;
  for (const auto& file : files) hashes += hash_of(file) + '\n';
  return sha256_hex(std::as_bytes(std::span(hashes)));
}

}  // namespace

Fingerprint fingerprint(const EnsembleFile& file, const ModelFiles& files_of) {
  Fingerprint f;
  auto members = nlohmann::ordered_json::array();
  for (const auto& m : file.members) {
    f.models.push_back(hash_of(files_of(file.folder / m.model)));
    nlohmann::ordered_json member = {m.name, f.models.back(), m.network, to_json(m.preprocess)};
    const auto& mean = m.preprocess.mean_file;
    if (!mean.empty()) member.push_back({{"mean_image", hash_of(file.folder / mean)}});
    if (!m.state_dict.empty()) member.push_back({{"state_dict", m.state_dict}});
    if (!m.output.empty()) member.push_back({{"output", m.output}});
    members.push_back(member);
  }
  const std::string text = members.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  f.ensemble = sha256_hex(std::as_bytes(std::span(text)));
  return f;
}

}  // namespace fxe
