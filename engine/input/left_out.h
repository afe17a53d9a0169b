// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fxe {

// Files in a folder that are not images of its dataset, counted by reason.
class LeftOut {
 public:
  struct Group {
    std::string reason;  // such as "with ending .txt": reads well after a number
    size_t count;
    std::string first;  // path in the dataset's folder, first in bytewise order
  };

  void add(std::string_view reason, const std::string& path);
  // `ending` in lower case, without the dot; empty if there is none.
  void add_ending(const std::string& path, std::string_view ending);

  // A file that was read and so does not count.
  void ignore(std::string path) { ignored_ = std::move(path); }

  std::vector<Group> groups() const;  // largest first
  // "12 with ending .txt (notes.txt), 3 without an ending (a)"; empty if nothing was left out.
  std::string text() const;

 private:
  std::vector<Group> groups_;
  std::string ignored_;
};

}  // namespace fxe
