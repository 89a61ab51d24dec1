// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <system_error>

#include "leat/base/error.hpp"

/// The branch of the error tree that streams, listeners and the resolver throw:
///
///     io_error        resolve_error  connect_error  listen_error  accept_error
///                     read_error  write_error  tls_error  socket_option_refused
///     timeout_error   connect_timeout  read_timeout  write_timeout
///
/// and what operations of Asio throw besides (asio.hpp): operation_error, operation_timeout.
namespace leat::io {

enum class errc {
  resolve_failed = 1,
  connect_failed,
  listen_failed,
  accept_failed,
  read_failed,
  write_failed,
  connect_timeout,
  read_timeout,
  write_timeout,
  tls_failed,
  operation_failed,
  operation_timeout,
  socket_option_refused,
};

std::error_code make_error_code(errc value) noexcept;

namespace detail {

/// A leaf of the tree: a branch with exactly one code.
template <class Branch, errc Code>
class error_leaf : public Branch {
 public:
  explicit error_leaf(const std::string& message, std::error_code cause = {})
      : Branch(make_error_code(Code), message, cause) {}
};

}  // namespace detail

/// A name could not be turned into addresses.
using resolve_error = detail::error_leaf<io_error, errc::resolve_failed>;
/// No address of the peer accepted the connection.
using connect_error = detail::error_leaf<io_error, errc::connect_failed>;
using listen_error = detail::error_leaf<io_error, errc::listen_failed>;
using accept_error = detail::error_leaf<io_error, errc::accept_failed>;
using read_error = detail::error_leaf<io_error, errc::read_failed>;
using write_error = detail::error_leaf<io_error, errc::write_failed>;
/// TLS could not be agreed on, or the peer is not who it has to be.
using tls_error = detail::error_leaf<io_error, errc::tls_failed>;
/// The kernel does not take one of `socket_options`; the message names it.
using socket_option_refused = detail::error_leaf<io_error, errc::socket_option_refused>;
/// Name lookup and connecting together took longer than allowed.
using connect_timeout = detail::error_leaf<timeout_error, errc::connect_timeout>;
using read_timeout = detail::error_leaf<timeout_error, errc::read_timeout>;
using write_timeout = detail::error_leaf<timeout_error, errc::write_timeout>;

namespace detail {

[[noreturn]] void throw_read_timeout(const std::string& peer);

}  // namespace detail

}  // namespace leat::io

template <>
struct std::is_error_code_enum<leat::io::errc> : std::true_type {};
