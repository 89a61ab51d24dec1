// SPDX-License-Identifier: MIT
#include "leat/model/writer.hpp"

#include <algorithm>
#include <string>

#include "leat/model/error.hpp"
#include "leat/model/reader.hpp"

namespace leat::model {

void writer::structure(const void* object, std::span<const member> members) {
  begin_object();
  for (const member& each : members) each.write(*this, object, each);
  end_object();
}

void writer::enumerator_name(std::int64_t value, std::span<const enumerator> names) {
  const auto found = std::ranges::find(names, value, &enumerator::value);
  if (found == names.end()) {
    throw write_error("cannot write " + std::to_string(value) + ": no enumerator has this value");
  }
  string(found->name);
}

}  // namespace leat::model
