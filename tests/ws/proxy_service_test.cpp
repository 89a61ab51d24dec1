// SPDX-License-Identifier: MIT
#include <string>

#include "leat/base/error.hpp"
#include "leat/proto/socks5/error.hpp"

#include "support/proxies.hpp"
#include "ws/python_peer.hpp"
#include "ws/surfaces.hpp"

// Through proxies and to a server that others have written.

using namespace leat;
using namespace std::chrono_literals;

#define LEAT_BOTH_SURFACES(name) \
  TEST_CASE_TEMPLATE("websocket and proxies: " name, Surface, async_surface, blocking_surface)

namespace {

template <class Surface>
typename Surface::options through(const std::string& proxy) {
  typename Surface::options options;
  options.proxy = proxy;
  options.reconnect.enabled = true;
  options.reconnect.delay = 1ms;
  return options;
}

/// Messages of all sizes, and a server that is killed meanwhile.
template <class Surface>
void converses(const std::string& proxy) {
  python_peer server;
  Surface api(server.url(), through<Surface>(proxy));
  for (const std::size_t size : {0U, 5U, 70'000U}) {
    api.send_binary(std::string(size, 'b'));
    CHECK(api.receive().data == std::string(size, 'b'));
  }
  server.kill();
  server.start();
  CHECK_NOTHROW(api.send_text("after"));
  api.close();
}

template <class Surface>
std::error_code refusal(const std::string& proxy, const std::string& url) {
  try {
    const Surface api(url, through<Surface>(proxy));
  } catch (const route::proxy_error& e) {
    CHECK(std::string(e.what()).find("wrong") == std::string::npos);
    return e.code();
  }
  return {};
}

}  // namespace

LEAT_BOTH_SURFACES("messages pass through tinyproxy") {
  const tinyproxy proxy;
  converses<Surface>("http://" + proxy.at());
}

LEAT_BOTH_SURFACES("messages pass through microsocks") {
  const microsocks proxy;
  converses<Surface>("socks5://" + proxy.at());
}

LEAT_BOTH_SURFACES("tinyproxy wants to know who asks") {
  const tinyproxy proxy("ada s3cret");
  const python_peer server;
  Surface api(server.url(), through<Surface>("http://ada:s3cret@" + proxy.at()));
  api.send_text("hello");
  CHECK(api.receive().data == "hello");
  CHECK(refusal<Surface>("http://ada:wrong@" + proxy.at(), server.url()) ==
        route::errc::proxy_authentication);
}

LEAT_BOTH_SURFACES("microsocks wants to know who asks") {
  const microsocks proxy("ada", "s3cret");
  const python_peer server;
  Surface api(server.url(), through<Surface>("socks5://ada:s3cret@" + proxy.at()));
  api.send_text("hello");
  CHECK(api.receive().data == "hello");
  CHECK(refusal<Surface>("socks5://ada:wrong@" + proxy.at(), server.url()) ==
        route::errc::proxy_authentication);
}

LEAT_BOTH_SURFACES("both say that nobody listens") {
  const closed_port nobody;
  const tinyproxy http;
  const microsocks socks;
  const std::string url = "ws://" + nobody.at() + "/";
  CHECK(refusal<Surface>("http://" + http.at(), url) == route::errc::proxy_unavailable);
  CHECK(refusal<Surface>("socks5://" + socks.at(), url) == route::errc::proxy_unavailable);
}
