// SPDX-License-Identifier: MIT
#include "leat/proto/http1/ready_fields.hpp"

#include "proto/http1/head_writer.hpp"

namespace leat::proto::http1 {

ready_fields::ready_fields(fields_view fields) {
  detail::outgoing_facts facts;
  if (detail::inspect(fields, {}, facts) || facts.host_count != 1) return;
  lines_.reserve(facts.line_bytes);
  for (const field each : fields) {
    lines_.append(each.name).append(": ").append(each.value).append("\r\n");
  }
  facts_ = facts;
}

}  // namespace leat::proto::http1
