// SPDX-License-Identifier: MIT
#include "leat/app/error.hpp"

#include "support/test.hpp"

using namespace leat::app;

TEST_CASE("app errors: one error tells every problem, each with its source") {
  const invalid_configuration all(
      "configuration", {{.key = "server.port",
                         .message = "must be an integer: got a string",
                         .source = "/etc/demo.toml",
                         .line = 3,
                         .column = 8},
                        {.key = "level",
                         .message = "is not known",
                         .source = "environment variable DEMO_CONFIG_LEVEL"},
                        {.message = "No such file or directory", .source = "/etc/other.toml"}});
  CHECK(std::string(all.what()) ==
        "configuration is not valid: /etc/demo.toml line 3, column 8: server.port: must be an "
        "integer: got a string; environment variable DEMO_CONFIG_LEVEL: level: is not known; "
        "/etc/other.toml: No such file or directory");
  CHECK(all.problems().size() == 3);
}

TEST_CASE("app errors: are the caller's fault, and a file may come back") {
  const invalid_configuration invalid("configuration", {});
  const address_locate_failure address("a.b", "b", "is not there");
  const file_access_failure file("/x", "read", "Permission denied");
  CHECK(invalid.code() == leat::failure::caller_fault);
  CHECK(address.code() == leat::failure::caller_fault);
  CHECK(address.part() == "b");
  CHECK(file.code() != leat::failure::caller_fault);
  CHECK(std::string(file.what()) == "/x cannot be read: Permission denied");
  const file_content_failure content("/x", std::make_exception_ptr(address));
  CHECK(content.code() == leat::failure::caller_fault);
  CHECK(std::string(content.what()) == "/x is not understood: address a.b: b is not there");
}

TEST_CASE("app errors: stay on one line, whatever a file is called") {
  const file_access_failure file("/a\nb\x1b[2J", "read", "Permission denied");
  CHECK(std::string(file.what()) == "/a\\x0ab\\x1b[2J cannot be read: Permission denied");
}
