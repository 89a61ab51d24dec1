// SPDX-License-Identifier: MIT
#include <future>
#include <string>
#include <thread>

#include "leat/io/error.hpp"
#include "leat/io/network.hpp"
#include "leat/io/tls.hpp"

#include "http/surfaces.hpp"
#include "support/certificates.hpp"
#include "support/raw_peer.hpp"

// Both clients against servers behind TLS.

using namespace leat;
using namespace std::chrono_literals;

namespace {

const test_authority& authority() {
  static const test_authority made;
  return made;
}

constexpr std::size_t large = std::size_t{8} << 20;

/// Answers the first request of one connection with a large body, and reads no more of the request
/// before all of that has been taken.
task<void> answer_before_reading(std::promise<std::uint16_t>& port) {
  io::tls_server_options options;
  options.identity = authority().issue({});
  const auto context = io::tls_context::server(options);
  const auto listener = io::system_network().listen(io::endpoint::tcp("127.0.0.1", 0));
  port.set_value(listener->local().port());
  auto plain = co_await listener->accept();
  const auto until = deadline_after(30s);
  auto stream = co_await io::accept_tls(std::move(plain), context, until);
  std::string room(1000, '\0');
  static_cast<void>(co_await stream->read_some(std::as_writable_bytes(std::span(room)), until));
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(large) +
                             "\r\n\r\n" + std::string(large, 'a');
  co_await stream->write_all(as_bytes(answer), until);
  try {
    while (co_await stream->read_some(std::as_writable_bytes(std::span(room)), until) != 0) {
    }
  } catch (const io::read_error&) {  // the client has what it wants
  }
}

}  // namespace

TEST_CASE_TEMPLATE(
    "client: an upload over TLS does not wait for a server that waits for its reader", Surface,
    async_surface, blocking_surface) {
  std::promise<std::uint16_t> port;
  std::string failure;
  std::jthread server([&] {
    try {
      io::loop loop;
      run(loop, answer_before_reading(port));
    } catch (const leat::error& e) {
      failure = e.what();
    }
  });
  const std::string url = "https://127.0.0.1:" + std::to_string(port.get_future().get()) + "/";
  {
    typename Surface::options options;
    options.tls.trusted = authority().certificate();
    Surface api(options);
    const auto answer =
        api.post(url, http::request_options().content(std::string(large, 'b'), "text/plain"));
    CHECK(answer.status() == 200);
    CHECK(answer.content().size() == large);
  }
  server.join();
  CHECK(failure.empty());
}

TEST_CASE_TEMPLATE("client: offers TLS 1.3 and 1.2 and nothing older", Surface, async_surface,
                   blocking_surface) {
  std::string hello;
  raw_peer peer([&hello](raw_peer::conversation& talk) {
    const std::string record = talk.read_exactly(5);
    const auto byte = [&record](std::size_t at) { return static_cast<unsigned char>(record[at]); };
    CHECK(byte(0) == 22);  // a handshake
    hello = talk.read_exactly(std::size_t{byte(3)} << 8U | byte(4));
  });
  Surface api;
  const std::string url = "https" + peer.url().substr(4);
  CHECK_THROWS_AS(static_cast<void>(api.get(url)), leat::error);
  peer.finish();
  // The extension supported_versions (RFC 8446, section 4.2.1), with both in it.
  CHECK(hello.find(std::string("\x00\x2b\x00\x05\x04\x03\x04\x03\x03", 9)) != std::string::npos);
}
