// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

#include "leat/http/error.hpp"
#include "leat/route/error.hpp"

#include "http/surfaces.hpp"
#include "support/certificates.hpp"
#include "support/nginx.hpp"

/// Whose certificate the pages behind a proxy have.
inline const test_authority& authority() {
  static const test_authority made;
  return made;
}

inline nginx::wishes secure() {
  const auto identity = authority().issue();
  nginx::wishes wishes;
  wishes.certificate = identity.certificate_chain;
  wishes.key = identity.key;
  return wishes;
}

template <class Surface>
typename Surface::options through(const std::string& proxy) {
  typename Surface::options options;
  options.proxy = proxy;
  options.tls.trusted = authority().certificate();
  return options;
}

/// How the proxy refuses to lead to `url`. No connection is left.
template <class Surface>
leat::http::proxy_error failure_through(const std::string& proxy, const std::string& url) {
  Surface api(through<Surface>(proxy));
  try {
    static_cast<void>(api.get(url));
  } catch (const leat::http::proxy_error& e) {
    CHECK(api.client().statistics().active == 0);
    CHECK(api.client().statistics().idle == 0);
    return e;
  }
  throw std::logic_error("the request succeeded");
}

/// Gets a page of an open and of a secure server thrice. Returns the connections that are kept.
template <class Surface>
std::size_t gets_pages(const std::string& proxy) {
  const nginx open;
  const nginx closed(secure());
  Surface api(through<Surface>(proxy));
  for (int i = 0; i < 3; ++i) {
    CHECK(api.get(open.url()).content() == "hello");
    CHECK(api.get(closed.url()).content() == "hello");
  }
  CHECK(api.client().statistics().active == 0);
  return api.client().statistics().idle;
}
