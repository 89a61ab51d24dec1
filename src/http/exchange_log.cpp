// SPDX-License-Identifier: MIT
#include "http/exchange_log.hpp"

#include <string>

namespace leat::http {

void log_exchange(const log::logger& to, const response_head::parts& answer, duration took) {
  std::string line = "HTTP Request: " + answer.method + " " + answer.url + " \"";
  line.append(answer.http_version).append(" ").append(std::to_string(answer.status));
  if (!answer.reason.empty()) line.append(" ").append(answer.reason);
  line += '"';
  to.info(line, {{"status", answer.status}, {"elapsed", took}});
}

}  // namespace leat::http
