// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace fxe::test {

// A fresh folder in the build tree, removed at the end of its scope.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  // Writes a file, creating its folders.
  std::filesystem::path write(const std::filesystem::path& name, std::string_view content = "") const;

 private:
  std::filesystem::path path_;
};

// A file's whole content.
std::string content(const std::filesystem::path&);

}  // namespace fxe::test
