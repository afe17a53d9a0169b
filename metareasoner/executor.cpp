// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/executor.h"

#include "engine/error.h"

namespace fxe {

int32_t common_classes(std::span<const MemberSlot> members) {
  if (members.empty()) throw bad_input("an ensemble needs at least one member");
  const int64_t classes = members[0].member->classes();
  for (const auto& m : members)
    if (m.member->classes() != classes)
      throw bad_input("members differ in classes: '{}' has {}, '{}' has {}", members[0].member->name(),
                      classes, m.member->name(), m.member->classes());
  return static_cast<int32_t>(classes);
}

std::vector<size_t> input_elements(std::span<const MemberSlot> members) {
  std::vector<const Member*> readers;
  for (const auto& m : members) {
    if (readers.size() <= m.input) readers.resize(m.input + 1);
    const Member*& reader = readers[m.input];
    if (reader && reader->input_elements() != m.member->input_elements())
      throw bad_input("'{}' and '{}' share an input but want {} and {} values of it", reader->name(),
                      m.member->name(), reader->input_elements(), m.member->input_elements());
    reader = m.member;
  }
  std::vector<size_t> elements;
  for (const Member* reader : readers)
    elements.push_back(reader ? static_cast<size_t>(reader->input_elements()) : 0);
  return elements;
}

}  // namespace fxe
