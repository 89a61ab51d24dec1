// SPDX-License-Identifier: MIT
#include "leat/ws/options.hpp"

#include "leat/coro/task.hpp"

// Compiled once, and not in the files of users.
namespace leat::ws {

template <class Io>
basic_reconnect_policy<Io>::basic_reconnect_policy() = default;
template <class Io>
basic_reconnect_policy<Io>::basic_reconnect_policy(const basic_reconnect_policy&) = default;
template <class Io>
basic_reconnect_policy<Io>::basic_reconnect_policy(basic_reconnect_policy&&) noexcept = default;
template <class Io>
basic_reconnect_policy<Io>& basic_reconnect_policy<Io>::operator=(const basic_reconnect_policy&) =
    default;
template <class Io>
basic_reconnect_policy<Io>& basic_reconnect_policy<Io>::operator=(
    basic_reconnect_policy&&) noexcept = default;
template <class Io>
basic_reconnect_policy<Io>::~basic_reconnect_policy() = default;

template <class Io>
basic_options<Io>::basic_options() = default;
template <class Io>
basic_options<Io>::basic_options(const basic_options&) = default;
template <class Io>
basic_options<Io>::basic_options(basic_options&&) noexcept = default;
template <class Io>
basic_options<Io>& basic_options<Io>::operator=(const basic_options&) = default;
template <class Io>
basic_options<Io>& basic_options<Io>::operator=(basic_options&&) noexcept = default;
template <class Io>
basic_options<Io>::~basic_options() = default;

template struct basic_reconnect_policy<io::async>;
template struct basic_reconnect_policy<io::blocking>;
template struct basic_options<io::async>;
template struct basic_options<io::blocking>;

}  // namespace leat::ws
