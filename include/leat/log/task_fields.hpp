// SPDX-License-Identifier: MIT
#pragma once

#include <initializer_list>

#include "leat/base/context.hpp"
#include "leat/log/field.hpp"

namespace leat::log {

/// What the running task carries, with these fields added: every record that a task writes which
/// carries them shows them, whichever logger it is written with:
///
///     co_await with_context(log::with_fields({{"request_id", id}}), handle(request));
///
/// A field under a key that is carried already replaces it. Fields bound to the logger, and those
/// given with a record, win over carried ones.
///
/// Errors: `std::bad_alloc`. Lifetime: keys and texts are copied.
[[nodiscard]] context with_fields(std::initializer_list<field> fields);

}  // namespace leat::log
