// SPDX-License-Identifier: MIT
#include "visible_text.hpp"

#include <string>

#include "leat/testing/splits.hpp"

#include "support/test.hpp"

namespace {

std::string shown(std::string_view text) {
  cli::visible_text whole;
  const std::string all = whole.show(text) + whole.finish();
  leat::testing::for_each_split(text, [&](std::string_view head, std::string_view tail) {
    cli::visible_text parts;
    std::string both = parts.show(head);
    both += parts.show(tail);
    CHECK(both + parts.finish() == all);
  });
  return all;
}

}  // namespace

TEST_CASE("visible text: what a terminal would obey is spelled out") {
  CHECK(shown("a\x1b[2Jb\rc\x07\x7f") == "a\\x1b[2Jb\\x0dc\\x07\\x7f");
  CHECK(shown("\xC2\x9B"
              "2J") == "\\x9b2J");
}

TEST_CASE("visible text: letters, lines and tabs stay") {
  CHECK(shown("a\tb\n\xC3\xA4\xC2\xA0\xE2\x82\xAC") == "a\tb\n\xC3\xA4\xC2\xA0\xE2\x82\xAC");
  CHECK(shown("cut off\xC2") == "cut off\xC2");
  CHECK(shown("\xC2\xC2\x85") == "\xC2\\x85");
}

TEST_CASE("visible text: on one line, an end of a line is spelled out as well") {
  CHECK(cli::visible_text::on_one_line("a\nleat: b\r\n") == "a\\x0aleat: b\\x0d\\x0a");
}

TEST_CASE("visible text: fields with secrets show none") {
  CHECK(cli::shown_field("Authorization", "Basic YWRhOnB3") == "Authorization: Basic [secure]");
  CHECK(cli::shown_field("authorization", "raw") == "authorization: [secure]");
  CHECK(cli::shown_field("Proxy-Authorization", "Bearer x") ==
        "Proxy-Authorization: Bearer [secure]");
  for (const char* name :
       {"cookie", "Set-Cookie", "X-Api-Key", "x-auth-token", "X-Amz-Security-Token",
        "client_secret", "X-Vault-Token", "session-id"}) {
    CHECK(cli::shown_field(name, "hush") == std::string(name) + ": [secure]");
  }
  CHECK(cli::shown_field("www-authenticate", "Basic realm=x") == "www-authenticate: Basic realm=x");
  CHECK(cli::shown_field("content-type", "text/plain") == "content-type: text/plain");
  CHECK(cli::shown_field("x", "a\x1b[1m") == "x: a\\x1b[1m");
}

TEST_CASE("visible text: parameters with secrets show none, wherever the URL stands") {
  CHECK(cli::hide_secret_parameters("/a?b=1&api_key=hush&c=2") == "/a?b=1&api_key=[secure]&c=2");
  CHECK(cli::hide_secret_parameters("GET https://h/?token=hush failed: x=y") ==
        "GET https://h/?token=[secure] failed: x=y");
  CHECK(cli::hide_secret_parameters("/?a&password=hush#f") == "/?a&password=[secure]#f");
  CHECK(cli::hide_secret_parameters("/?X-Amz-Signature=hush") == "/?X-Amz-Signature=[secure]");
  CHECK(cli::hide_secret_parameters("what? nothing & all") == "what? nothing & all");
  CHECK(cli::hide_secret_parameters("/?author=ada") == "/?author=ada");
}

TEST_CASE("visible text: a Location that carries a secret is shown without it") {
  CHECK(cli::shown_field("location", "https://h/cb?code=1&access_token=hush") ==
        "location: https://h/cb?code=1&access_token=[secure]");
}
