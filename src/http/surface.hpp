// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>

#include "leat/http/async_response_stream.hpp"
#include "leat/http/response_stream.hpp"
#include "leat/io/policy.hpp"
#include "leat/pool/blocking_resource_pool.hpp"
#include "leat/pool/resource_pool.hpp"

/// What the algorithms of the client need of a surface besides the I/O policy.
namespace leat::http {

template <class Io>
struct surface;

template <>
struct surface<io::async> {
  using pool = pool::resource_pool;
  using response_stream = async_response_stream;

  static auto acquire(pool& from, const std::string& key, duration limit, time_point asked = {}) {
    return from.acquire(key, limit, asked);
  }
};

template <>
struct surface<io::blocking> {
  using pool = pool::blocking_resource_pool;
  using response_stream = http::response_stream;

  static ready<pool::lease> acquire(pool& from, const std::string& key, duration limit,
                                    time_point /*asked*/ = {}) {
    // Mostly there is a slot, and the clock need not be read.
    if (auto lent = from.try_acquire(key); lent.is_held()) return ready(std::move(lent));
    return ready(from.acquire(key, deadline::after(io::blocking::now(), limit)));
  }
};

}  // namespace leat::http
