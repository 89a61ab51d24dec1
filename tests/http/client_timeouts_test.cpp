// SPDX-License-Identifier: MIT
#include <future>
#include <string>

#include "leat/base/error.hpp"
#include "leat/io/error.hpp"
#include "leat/pool/error.hpp"

#include "http/surfaces.hpp"
#include "support/raw_peer.hpp"

// Each limit in time has an error of its own, gives its slot back, and can be replaced or switched
// off by a request; each case on both surfaces. The read and the total timeout have theirs in
// client_contract_test.cpp.

using namespace leat;
using namespace std::chrono_literals;

#define LEAT_BOTH_SURFACES(name) \
  TEST_CASE_TEMPLATE("client timeouts: " name, Surface, async_surface, blocking_surface)

namespace {

/// Whether `call` fails with `Error`, which is a timeout and may be tried again.
template <class Error, class Call>
bool times_out_with(Call call) {
  try {
    call();
  } catch (const timeout_error& failed) {
    CHECK(failed.code() == failure::timed_out);
    CHECK(failed.code() == failure::transient);
    return dynamic_cast<const Error*>(&failed) != nullptr;
  }
  return false;
}

}  // namespace

LEAT_BOTH_SURFACES("a handshake that is not answered meets the connect timeout") {
  raw_peer silent([](auto& talk) { talk.wait_closed(); });
  typename Surface::options options;
  options.timeouts.connect = 20ms;
  Surface api(options);
  const std::string url = "https" + silent.url().substr(4);
  CHECK(times_out_with<io::connect_timeout>([&] { static_cast<void>(api.get(url)); }));
  CHECK(api.client().statistics().active == 0);
}

LEAT_BOTH_SURFACES("a peer that does not take the body meets the write timeout") {
  std::promise<void> over;
  raw_peer deaf([&over](auto& talk) {
    talk.read_until();
    over.get_future().wait();
  });
  typename Surface::options options;
  options.timeouts.write = 20ms;
  Surface api(options);
  // More than the buffers of both ends.
  const auto body =
      http::request_options().content(std::string(std::size_t{64} << 20, 'x'), "text/plain");
  CHECK(times_out_with<io::write_timeout>([&] { static_cast<void>(api.post(deaf.url(), body)); }));
  CHECK(api.client().statistics().active == 0);
  over.set_value();
}

LEAT_BOTH_SURFACES("a request for which there is no connection meets the pool timeout") {
  raw_peer peer([](auto& talk) {
    talk.read_until();
    talk.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    talk.wait_closed();
  });
  typename Surface::options options;
  options.limits.max_connections = 1;
  options.timeouts.pool = 20ms;
  Surface api(options);
  const auto holds_it = api.stream("GET", peer.url());
  CHECK(times_out_with<pool::pool_timeout>([&] { static_cast<void>(api.get(peer.url())); }));
  CHECK(api.client().statistics().active == 1);
  CHECK(api.client().statistics().waiting == 0);
}

LEAT_BOTH_SURFACES("a body that stalls meets the read timeout") {
  raw_peer peer([](auto& talk) {
    talk.read_until();
    talk.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
    talk.wait_closed();
  });
  typename Surface::options options;
  options.timeouts.read = 20ms;
  Surface api(options);
  CHECK(times_out_with<io::read_timeout>([&] { static_cast<void>(api.get(peer.url())); }));
  CHECK(api.client().statistics().active == 0);
}

LEAT_BOTH_SURFACES("what a request says replaces the client's limit, or switches it off") {
  const auto silent = [](auto& talk) { talk.wait_closed(); };
  raw_peer peer({silent, silent, silent, [](auto& talk) {
                   talk.read_until();
                   talk.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                   talk.wait_closed();
                 }});
  typename Surface::options options;
  options.timeouts.read = 20ms;
  options.timeouts.total = 5ms;
  Surface api(options);
  typename Surface::request_options own;
  CHECK(times_out_with<deadline_exceeded>([&] { static_cast<void>(api.get(peer.url(), own)); }));
  own.timeouts.total = no_timeout;
  CHECK(times_out_with<io::read_timeout>([&] { static_cast<void>(api.get(peer.url(), own)); }));
  own.timeouts.read = no_timeout;
  own.timeouts.total = 1ms;
  CHECK(times_out_with<deadline_exceeded>([&] { static_cast<void>(api.get(peer.url(), own)); }));
  own.timeouts.total = no_timeout;
  CHECK(api.get(peer.url(), own).content() == "ok");
}

LEAT_BOTH_SURFACES("a negative limit is refused") {
  for (auto each : {&http::timeouts::pool, &http::timeouts::connect, &http::timeouts::write,
                    &http::timeouts::read, &http::timeouts::total}) {
    typename Surface::options options;
    options.timeouts.*each = -1ns;
    CHECK_THROWS_AS(Surface{options}, invalid_argument);
  }
}
