// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <string>

#include "app/document.hpp"

namespace leat::app {

/// What `render_error` says of an error, as an object.
[[nodiscard]] document document_of_error(const std::exception& what);
[[nodiscard]] document document_of_error(const std::exception_ptr& what);

[[nodiscard]] std::string error_for_people(const document& what, bool has_colours);
[[nodiscard]] std::string error_in_markdown(const document& what);

}  // namespace leat::app
