// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "engine/files/output_file.h"
#include "engine/input/preprocess.h"
#include "metareasoner/operating_point.h"

namespace fxe {

struct MemberEntry {
  std::string name;             // unique
  std::filesystem::path model;  // as written: relative to the ensemble file
  std::string network;     // spec of networks/registry.h; empty: the model carries its graph or is recognised
  std::string output;      // which output of an ONNX model; empty: the first that can be read
  std::string state_dict;  // which set of weights of a PyTorch checkpoint; empty: the usual one
  double weight = 1, temperature = 1;
  Preprocess preprocess;
};

// A stored operating point and its origin.
struct Profile {
  OperatingPoint point;
  std::string reference = "full";
  nlohmann::ordered_json made;  // "by", "objective", "images", "fingerprint": kept unchanged
};

// The file that describes an ensemble: JSON, schema "fxe.ensemble/1". docs/guides/ensembles.md.
struct EnsembleFile {
  std::filesystem::path folder;  // base of its relative paths
  std::string name;
  std::filesystem::path classes;  // empty if there are none
  Combine combine = Combine::logits;
  std::vector<MemberEntry> members;
  std::map<std::string, Profile> profiles;
};

// Whether the file looks like JSON, judging by its first character that is not white space.
bool is_ensemble_file(const std::filesystem::path&);

// Throws bad_input naming the file, the key and what was expected. Accepts files of at most 4 MiB, 4096
// members and 1024 profiles.
EnsembleFile read_ensemble_file(const std::filesystem::path&);

// The same for the content of the file at `path`.
EnsembleFile parse_ensemble(std::string_view content, const std::filesystem::path& path);

// Writes it under a temporary name, then renames it.
void write_ensemble_file(const EnsembleFile&, OutputFile&);
void write_ensemble_file(const EnsembleFile&, const std::filesystem::path&);

}  // namespace fxe
