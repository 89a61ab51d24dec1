// SPDX-License-Identifier: MIT
#include <string>

#include "leat/http/status.hpp"

#include "http/surfaces.hpp"
#include "support/raw_peer.hpp"

// Forms that clients send, each case on both surfaces.

using namespace leat;

TEST_CASE_TEMPLATE("client: sends a form as browsers do", Surface, async_surface,
                   blocking_surface) {
  const std::string expected = "a+name=1%262&caf%C3%A9=%2B&a+name=";
  std::string head;
  std::string body;
  raw_peer peer([&](raw_peer::conversation& talk) {
    head = talk.read_until();
    body = talk.read_exactly(expected.size());
    talk.send("HTTP/1.1 204 No Content\r\n\r\n");
  });
  Surface api;
  const auto options =
      http::request_options().form({{"a name", "1&2"}, {"caf\xC3\xA9", "+"}, {"a name", ""}});
  CHECK(api.post(peer.url(), options).status() == http::status::no_content);
  peer.finish();
  CHECK(body == expected);
  CHECK(head.find("\r\ncontent-type: application/x-www-form-urlencoded\r\n") != std::string::npos);
}

TEST_CASE("status: phrases are those of the registry, and none for others") {
  CHECK(http::status_phrase(200) == "OK");
  CHECK(http::status_phrase(http::status::early_hints) == "Early Hints");
  CHECK(http::status_phrase(http::status::im_used) == "IM Used");
  CHECK(http::status_phrase(http::status::gone) == "Gone");
  CHECK(http::status_phrase(http::status::network_authentication_required) ==
        "Network Authentication Required");
  CHECK(http::status_phrase(404) == "Not Found");
  CHECK(http::status_phrase(299).empty());
  CHECK(http::status_phrase(-1).empty());
}
