// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include "leat/http/error.hpp"
#include "leat/proto/coding/coding.hpp"
#include "leat/proto/coding/error.hpp"

#include "http/surfaces.hpp"
#include "support/raw_peer.hpp"

// Answers in content codings, each case on both surfaces.

using namespace leat;
using proto::content_coding;

#define LEAT_BOTH_SURFACES(name) \
  TEST_CASE_TEMPLATE("client: " name, Surface, async_surface, blocking_surface)

namespace {

std::string answer(std::string_view codings, std::string_view body) {
  return "HTTP/1.1 200 OK\r\nContent-Encoding: " + std::string(codings) +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

/// Answers every request on a connection with the same bytes.
raw_peer::script always(std::string said, int times = 1) {
  return [said = std::move(said), times](raw_peer::conversation& talk) {
    for (int i = 0; i < times; ++i) {
      talk.read_until();
      talk.send(said);
    }
    talk.wait_closed();
  };
}

/// The head of the one request that a client with `options` sends.
template <class Surface>
std::string head_sent(const typename Surface::options& options,
                      typename Surface::request_options more = {}) {
  std::string head;
  raw_peer peer([&head](raw_peer::conversation& talk) {
    head = talk.read_until();
    talk.send("HTTP/1.1 204 No Content\r\n\r\n");
  });
  Surface api(options);
  CHECK(api.get(peer.url(), std::move(more)).status() == 204);
  peer.finish();
  return head;
}

template <class Surface>
std::error_code cause_of_failure(const std::string& said) {
  raw_peer peer(always(said));
  Surface api;
  try {
    static_cast<void>(api.get(peer.url()));
  } catch (const http::decode_error& problem) {
    CHECK(std::string(problem.what()).find(peer.url()) != std::string::npos);
    CHECK(api.client().statistics().active == 0);
    return problem.cause();
  }
  return {};
}

}  // namespace

LEAT_BOTH_SURFACES("decodes every coding, and keeps the connection") {
  for (const auto coding :
       {content_coding::gzip, content_coding::deflate, content_coding::br, content_coding::zstd}) {
    CAPTURE(proto::name_of(coding));
    raw_peer peer(always(answer(proto::name_of(coding), proto::encode(coding, "some content")), 2));
    Surface api;
    const auto got = api.get(peer.url());
    CHECK(got.content() == "some content");
    CHECK(got.headers().get("content-encoding") == proto::name_of(coding));
    CHECK(api.get(peer.url()).content() == "some content");
    CHECK(api.client().statistics().idle == 1);
  }
}

LEAT_BOTH_SURFACES("takes off codings on top of each other, also of two fields") {
  const std::string body =
      proto::encode(content_coding::br, proto::encode(content_coding::gzip, "content"));
  raw_peer peer(always(answer("gzip\r\nContent-Encoding: br", body)));
  Surface api;
  CHECK(api.get(peer.url()).content() == "content");
}

LEAT_BOTH_SURFACES("asks for the codings it has, unless the request or the client says otherwise") {
  const std::string asked = "\r\naccept-encoding: gzip, deflate, br, zstd\r\n";
  CHECK(head_sent<Surface>({}).find(asked) != std::string::npos);
  CHECK(head_sent<Surface>({}, http::request_options().header("Accept-Encoding", "br"))
            .find("gzip") == std::string::npos);
  CHECK(head_sent<Surface>({}, http::request_options().header("Range", "bytes=0-9"))
            .find("accept-encoding") == std::string::npos);
  typename Surface::options options;
  options.decoding.enabled = false;
  CHECK(head_sent<Surface>(options).find("accept-encoding") == std::string::npos);
}

LEAT_BOTH_SURFACES("leaves alone what it cannot or must not decode") {
  const std::string coded = proto::encode(content_coding::gzip, "content");
  {
    raw_peer peer(always(answer("gzip, unheard-of", coded)));
    Surface api;
    CHECK(api.get(peer.url()).content() == coded);
  }
  {
    raw_peer peer(always(answer("gzip", coded)));
    typename Surface::options options;
    options.decoding.enabled = false;
    Surface api(options);
    CHECK(api.get(peer.url()).content() == coded);
  }
  {
    raw_peer peer(
        always("HTTP/1.1 206 Partial Content\r\nContent-Encoding: gzip\r\nContent-Range: bytes "
               "0-3/100\r\nContent-Length: 4\r\n\r\n" +
               coded.substr(0, 4)));
    Surface api;
    CHECK(api.get(peer.url()).content() == coded.substr(0, 4));
  }
}

LEAT_BOTH_SURFACES("refuses an unknown coding if that is wanted, and gives the connection up") {
  raw_peer peer(always(answer("unheard-of", "content")));
  typename Surface::options options;
  options.decoding.unknown = proto::unknown_coding::refuse;
  Surface api(options);
  CHECK_THROWS_AS(static_cast<void>(api.get(peer.url())), http::decode_error);
  CHECK(api.client().statistics().idle == 0);
}

LEAT_BOTH_SURFACES("an answer to HEAD and one without a body have nothing to decode") {
  raw_peer peer({always("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 50\r\n\r\n"),
                 always(answer("br", ""))});
  {
    Surface api;
    CHECK(api.request("HEAD", peer.url()).content().empty());
  }
  Surface other;
  CHECK(other.get(peer.url()).content().empty());
}

LEAT_BOTH_SURFACES("what is truncated or corrupt in its coding is a decode_error") {
  const std::string coded = proto::encode(content_coding::gzip, std::string(1000, 'a') + "b");
  CHECK(cause_of_failure<Surface>(answer("gzip", coded.substr(0, coded.size() - 1))) ==
        proto::coding_errc::truncated);
  CHECK(cause_of_failure<Surface>(answer("gzip", coded + "x")) == proto::coding_errc::corrupt);
  CHECK(cause_of_failure<Surface>(answer("zstd", coded)) == proto::coding_errc::corrupt);
  CHECK(cause_of_failure<Surface>(answer("gzip,gzip,gzip,gzip,gzip", coded)) ==
        proto::coding_errc::too_many_codings);
}

LEAT_BOTH_SURFACES("a decode_error closes the connection while the server still sends") {
  // wait_closed() of the script returns only if the client closes.
  raw_peer peer([](raw_peer::conversation& talk) {
    talk.read_until();
    talk.send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1000000\r\n\r\nplain");
    talk.wait_closed();
  });
  Surface api;
  auto stream = api.stream("GET", peer.url());
  CHECK_THROWS_AS(static_cast<void>(api.read_some(stream)), http::decode_error);
  CHECK_THROWS_AS(static_cast<void>(api.read_some(stream)), http::stream_closed);
  CHECK(api.client().statistics().active == 0);
  CHECK(api.client().statistics().idle == 0);
  peer.finish();
}

LEAT_BOTH_SURFACES("a bomb is refused by ratio, by output and by max_body_bytes") {
  const std::string bomb =
      proto::encode(content_coding::gzip, std::string(std::size_t{16} << 20, '\0'));
  for (int i = 0; i < 3; ++i) {
    CAPTURE(i);
    raw_peer peer(always(answer("gzip", bomb)));
    typename Surface::options options;
    if (i == 1) options.decoding.limits.max_output = 1000;
    if (i == 2) options.max_body_bytes = 100'000;
    Surface api(options);
    CHECK_THROWS_AS(static_cast<void>(api.get(peer.url())), limit_exceeded);
    CHECK(api.client().statistics().active == 0);
  }
}

LEAT_BOTH_SURFACES("a stream tells what came and what was made of it") {
  const std::string content(50'000, 'x');
  const std::string coded = proto::encode(content_coding::gzip, content);
  raw_peer peer(always(answer("gzip", coded), 2));
  Surface api;
  {
    auto stream = api.stream("GET", peer.url());
    CHECK(api.read_all(stream) == content);
    CHECK(stream.is_at_end());
    CHECK(stream.bytes_read() == content.size());
    CHECK(stream.bytes_downloaded() == coded.size());
    CHECK(api.read_some(stream).empty());
  }
  auto raw = api.stream("GET", peer.url());
  std::string all;
  for (;;) {
    const auto piece = api.read_raw_some(raw);
    if (piece.empty()) break;
    all += piece;
  }
  CHECK(all == coded);
  CHECK(raw.bytes_read() == coded.size());
  CHECK(api.client().statistics().idle == 1);
}

LEAT_BOTH_SURFACES("once read undecoded, a body stays so; decoded, it cannot be read raw") {
  const std::string coded = proto::encode(content_coding::gzip, std::string(50'000, 'x'));
  raw_peer peer({always(answer("gzip", coded)), always(answer("gzip", coded))});
  {
    Surface api;
    auto stream = api.stream("GET", peer.url());
    const std::string first = api.read_raw_some(stream);
    CHECK(first + api.read_all(stream) == coded);
  }
  Surface other;
  auto stream = other.stream("GET", peer.url());
  CHECK_FALSE(other.read_some(stream).empty());
  CHECK_THROWS_AS(static_cast<void>(other.read_raw_some(stream)), invalid_argument);
}
