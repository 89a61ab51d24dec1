// SPDX-License-Identifier: MIT
#pragma once

#include "leat/base/time.hpp"
#include "leat/http/response.hpp"
#include "leat/http/trace_event.hpp"
#include "leat/log/logger.hpp"

namespace leat::http {

/// Says what was asked and how the answer began.
void log_exchange(const log::logger& to, const response_head::parts& answer, duration took);

/// Says a step of an exchange at level debug, with what is known of it.
void log_step(const log::logger& to, const trace_event& event);

}  // namespace leat::http
