// SPDX-License-Identifier: MIT
#include "leat/http/client_options.hpp"

#include "leat/coro/task.hpp"

// What copies, moves and ends options is compiled here, once: in the files of users it
// would be most of what a client costs to include.
namespace leat::http {

template <class Io>
basic_transport_options<Io>::basic_transport_options() = default;
template <class Io>
basic_transport_options<Io>::basic_transport_options(const basic_transport_options&) = default;
template <class Io>
basic_transport_options<Io>::basic_transport_options(basic_transport_options&&) noexcept = default;
template <class Io>
basic_transport_options<Io>& basic_transport_options<Io>::operator=(
    const basic_transport_options&) = default;
template <class Io>
basic_transport_options<Io>& basic_transport_options<Io>::operator=(
    basic_transport_options&&) noexcept = default;
template <class Io>
basic_transport_options<Io>::~basic_transport_options() = default;

template <class Io>
basic_client_options<Io>::basic_client_options() = default;
template <class Io>
basic_client_options<Io>::basic_client_options(const basic_client_options&) = default;
template <class Io>
basic_client_options<Io>::basic_client_options(basic_client_options&&) noexcept = default;
template <class Io>
basic_client_options<Io>& basic_client_options<Io>::operator=(const basic_client_options&) =
    default;
template <class Io>
basic_client_options<Io>& basic_client_options<Io>::operator=(basic_client_options&&) noexcept =
    default;
template <class Io>
basic_client_options<Io>::~basic_client_options() = default;

template struct basic_transport_options<io::async>;
template struct basic_transport_options<io::blocking>;
template struct basic_client_options<io::async>;
template struct basic_client_options<io::blocking>;

}  // namespace leat::http
