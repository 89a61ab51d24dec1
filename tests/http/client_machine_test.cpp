// SPDX-License-Identifier: MIT
#include <algorithm>
#include <string>
#include <string_view>

#include "http/client_connection.hpp"
#include "support/test.hpp"

using namespace leat;
using http::client_machine;

namespace {

/// Sends a request, reads `answer` as it would come, and returns the size of its body.
std::size_t read_answer(client_machine& machine, std::string_view answer) {
  http::request request;
  request.method = "GET";
  REQUIRE_FALSE(proto::parse_url("http://a.test/", request.url));
  request.headers.add("host", "a.test");
  const proto::http1::body_size none = proto::http1::body_size::none();
  machine.gather(request, none, nullptr);
  machine.has_sent_gathered();
  const auto read_more = [&] {
    const auto room = machine.room();
    const std::size_t size = std::min(room.size(), answer.size());
    std::ranges::copy(as_bytes(answer.substr(0, size)), room.begin());
    answer.remove_prefix(size);
    machine.take(size);
  };
  http::response_head::parts head;
  while (!machine.find_head("peer", head)) read_more();
  for (std::size_t size = 0;;) {
    std::string_view piece;
    switch (machine.find_data("peer", piece)) {
      case client_machine::body_step::need_more: read_more(); break;
      case client_machine::body_step::data: size += piece.size(); break;
      case client_machine::body_step::end: return size;
    }
  }
}

std::string answer_of(std::size_t size) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" +
         std::string(size, 'x');
}

}  // namespace

TEST_CASE("client machine: an idle connection keeps the memory of a small read, no more") {
  for (const std::size_t size : {std::size_t{5}, std::size_t{1'000'000}}) {
    CAPTURE(size);
    client_machine machine{proto::http1::limits()};
    CHECK(read_answer(machine, answer_of(size)) == size);
    REQUIRE(machine.prepare_reuse());
    CHECK(machine.take_unread().capacity() <= http::read_size);
  }
}

TEST_CASE("client machine: small answers one after the other are read into the same memory") {
  client_machine machine{proto::http1::limits()};
  const std::byte* first = nullptr;
  for (int i = 0; i < 3; ++i) {
    CHECK(read_answer(machine, answer_of(5)) == 5);
    REQUIRE(machine.prepare_reuse());
    const std::byte* const here = machine.room().data();
    if (i == 0) first = here;
    CHECK(here == first);
  }
}
