// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fxe {

// Files that lie in a folder and are not among its dataset's images, counted by reason.
class LeftOut {
 public:
  struct Group {
    std::string reason;  // such as "with ending .txt": reads well behind a number
    size_t count;
    std::string first;  // path in the dataset's folder, the first bytewise
  };

  void add(std::string_view reason, const std::string& path);
  // `ending` in lower case, without the dot; empty: none.
  void add_ending(const std::string& path, std::string_view ending);

  // A file that was read, and is none to be counted.
  void ignore(std::string path) { ignored_ = std::move(path); }

  std::vector<Group> groups() const;  // the largest first
  // "12 with ending .txt (notes.txt), 3 without an ending (a)"; empty: nothing was left out.
  std::string text() const;

 private:
  std::vector<Group> groups_;
  std::string ignored_;
};

}  // namespace fxe
