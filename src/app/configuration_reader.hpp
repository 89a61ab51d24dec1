// SPDX-License-Identifier: MIT
#pragma once

#include "leat/app/configuration.hpp"

namespace leat::app {

/// Lets `fill` read from `what`, which stands at `where` in the whole; from an empty table if it
/// is null, because nothing stands there. Without `secrets` a
/// secret that is elsewhere is a problem.
/// Errors: `invalid_configuration`.
void read_configuration(const configuration* what, const address& where, const environment* secrets,
                        model::detail::function_ref<void(model::reader&)> fill);

[[nodiscard]] std::string_view describe(configuration_kind kind) noexcept;

}  // namespace leat::app
