// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/store/store_ensemble.h"

#include "engine/error.h"

namespace fxe {

std::vector<std::string> member_names(const Store& store) {
  std::vector<std::string> names;
  for (const auto& m : store.header().members) names.push_back(m.name);
  return names;
}

std::vector<std::string> member_names(const Store& store, const std::vector<int>& members) {
  std::vector<std::string> names;
  for (const int m : members) names.push_back(store.header().members[static_cast<size_t>(m)].name);
  return names;
}

EnsembleFile as_ensemble(const Store& store, const std::vector<int>& order) {
  EnsembleFile file;
  file.name = store.header().ensemble;
  file.combine = store.header().combine;
  for (const int m : order) {
    const StoreMember& member = store.header().members[static_cast<size_t>(m)];
    MemberEntry entry;
    entry.name = member.name;
    entry.weight = member.weight;
    entry.temperature = member.temperature;
    file.members.push_back(entry);
  }
  return file;
}

EnsembleFile read_matching_ensemble(const Store& store, const std::string& path, const ModelFiles& files_of) {
  const EnsembleFile file = read_ensemble_file(path);
  std::vector<std::string> names;
  for (const auto& m : file.members) names.push_back(m.name);
  const bool same = store.header().fingerprint.empty()
                        ? names == member_names(store)
                        : fingerprint(file, files_of).ensemble == store.header().fingerprint;
  if (!same)
    throw bad_input(
        "{}: another ensemble than the one recorded in {} ('{}'): members, models, networks or "
        "preprocessing differ",
        path, store.path().string(), store.header().ensemble);
  return file;
}

}  // namespace fxe
