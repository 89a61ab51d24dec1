// SPDX-License-Identifier: MIT
#include "leat/http/request.hpp"

#include "leat/proto/url/query.hpp"

namespace leat::http {

request_options& request_options::form(
    const std::vector<std::pair<std::string, std::string>>& fields) & {
  proto::query_builder built(proto::query_builder::space::plus);
  for (const auto& [name, value] : fields) built.add(name, value);
  return content(std::move(built).text(), "application/x-www-form-urlencoded");
}

}  // namespace leat::http
