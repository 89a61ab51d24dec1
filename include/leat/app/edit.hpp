// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <span>
#include <string>

#include "leat/app/configuration.hpp"
#include "leat/app/environment.hpp"
#include "leat/base/function.hpp"

namespace leat::app {

/// A change that a program makes to the configuration it was given, before variables override
/// it. Any function will do; below are those that programs mostly need. What an edit throws,
/// `prepare` throws.
using edit =
    std::function<configuration(const configuration& before, const environment& variables)>;

/// Puts a value at an address; tables on the way are made, what is there is replaced.
/// Errors of the edit: `address_locate_failure` if a value on the way is no table.
[[nodiscard]] edit set_entry(address where, const configuration& value);

/// Replaces a value. Errors of the edit: `address_locate_failure` if there is none.
[[nodiscard]] edit update_entry(address where, const configuration& value);

/// Takes a value out. Errors of the edit: `address_locate_failure` if there is none.
[[nodiscard]] edit delete_entry(address where);

/// Which elements of an array `edit_elements` changes: tables in which `key` has this value.
struct element_filter {
  std::string key{};
  configuration value{};
};

/// Puts an entry into each table of an array, or into those that `only` finds; their other
/// entries stay.
/// Errors of the edit: `address_locate_failure` if there is no array at the address;
/// `entry_assertion_failure` if an element is no table, or lacks the key that `only` looks at.
[[nodiscard]] edit edit_elements(address where, std::string key, const configuration& value,
                                 std::optional<element_filter> only = {});

/// All edits, in their order, or none: what it returns has all of them, and the first that
/// throws ends it.
[[nodiscard]] configuration apply_edits(configuration before, std::span<const edit> edits,
                                        const environment& variables);

/// The overrides in `variables`: PREFIX_CONFIG_SERVER__PORT is `server.port`, with two
/// underscores between keys. A part means the key that is there and has this name in capitals
/// and with underscores (`max-bytes` is MAX_BYTES); where there is none, it is the name in
/// small letters. A value that TOML would read (9000, true, [1, 2]) is of that kind, and a
/// string as well; any other is a string. It replaces what is there.
/// Errors: `invalid_configuration` with every variable whose way leads through a value that is no
/// table, or that could mean two keys.
[[nodiscard]] configuration apply_overrides(const configuration& before, std::string_view prefix,
                                            const environment& variables);

}  // namespace leat::app
