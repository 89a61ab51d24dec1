// SPDX-License-Identifier: MIT
#include <string>

#include "log/captured.hpp"
#include "support/test.hpp"

using namespace leat::log;
using leat::testing::captured_log;

namespace {

bool is_hidden(std::string_view key) {
  captured_log log;
  log.logger().info("x", {{key, "hunter2"}});
  const bool is_shown = log.last().find("hunter2") != std::string::npos;
  const bool is_marked = log.last().find("\"[redacted]\"") != std::string::npos;
  CHECK(is_shown != is_marked);
  return is_marked;
}

}  // namespace

TEST_CASE("redaction: hides the keys of secrets, however they are spelt") {
  for (const auto* key :
       {"authorization", "Authorization", "Proxy-Authorization", "cookie", "Set-Cookie", "password",
        "db_password", "api_key", "x-api-key", "apiKey", "API_KEY", "token", "access_token",
        "accessToken", "client.secret", "secret", "privateKey"}) {
    CAPTURE(key);
    CHECK(is_hidden(key));
  }
}

TEST_CASE("redaction: shows what only sounds alike") {
  for (const auto* key : {"token_count", "max_tokens", "key", "cookie_jar_size", "passwordless", "",
                          "secretary", "path"}) {
    CAPTURE(key);
    CHECK_FALSE(is_hidden(key));
  }
}

TEST_CASE("redaction: hides values of any kind") {
  captured_log log({.presentation = presentation::plain});
  log.logger().info("x", {{"token", 12345}});
  CHECK(log.last() == "x token=[redacted]");
}

TEST_CASE("redaction: hides what is bound, before any processor sees it") {
  std::string seen;
  captured_log log({.processors = {[&](record& what) {
                      seen = *what.find("token")->value.get_if<std::string_view>();
                      return verdict::keep;
                    }}});

  log.logger().bind("token", "hunter2").info("x");

  CHECK(seen == "[redacted]");
  CHECK(log.last().find("hunter2") == std::string::npos);
}

TEST_CASE("redaction: hides what a processor adds") {
  captured_log log({.processors = {[](record& what) {
                      what.set("session_token", "hunter2");
                      return verdict::keep;
                    }}});

  log.logger().info("x");

  CHECK(log.last().find("hunter2") == std::string::npos);
}

TEST_CASE("redaction: can be given another list") {
  captured_log log({.presentation = presentation::plain, .redacted_keys = {"Iban"}});
  log.logger().info("x", {{"iban", "DE1"}, {"token", "t"}});
  CHECK(log.last() == "x iban=[redacted] token=t");
}
