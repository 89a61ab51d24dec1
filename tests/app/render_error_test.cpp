// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "leat/app/error.hpp"
#include "leat/app/presentation.hpp"
#include "leat/base/error_detail.hpp"
#include "leat/http/error.hpp"
#include "leat/model/describe.hpp"
#include "leat/model/json.hpp"
#include "leat/ws/error.hpp"

#include "support/test.hpp"

using namespace leat::app;

namespace {

const invalid_configuration two_problems("configuration",
                                         {{.key = "server.port",
                                           .message = "must be an integer: got a string",
                                           .source = "/etc/demo.toml",
                                           .line = 3,
                                           .column = 8},
                                          {.message = "No such file or directory",
                                           .source = "/etc/other.toml"}});

std::string compact(const std::exception_ptr& what) {
  return render_error(what, {.presentation = presentation::json, .is_compact = true});
}
template <class Error>
std::string compact(const Error& what) {
  return render_error(what, {.presentation = presentation::json, .is_compact = true});
}

/// An error that a program adds to the tree.
class out_of_stock final : public leat::error {
 public:
  explicit out_of_stock(std::string article)
      : error(leat::errc::limit_exceeded, "nothing is left of " + article,
              std::make_error_code(std::errc::no_space_on_device)),
        article_(std::move(article)) {}

  [[nodiscard]] leat::error_details own_details() const override {
    return {{"article", article_}, {"left", 0}, {"is_final", true}};
  }

 private:
  std::string article_;
};

}  // namespace

TEST_CASE("render_error: a document has class, qualified name, message and what is known besides") {
  CHECK(compact(two_problems) ==
        R"({"class":"invalid_configuration","fqclass":"leat::app::invalid_configuration",)"
        R"("message":"configuration is not valid: /etc/demo.toml line 3, column 8: server.port: )"
        R"(must be an integer: got a string; /etc/other.toml: No such file or directory",)"
        R"("summary":"configuration is not valid","problems":[{"key":"server.port",)"
        R"("message":"must be an integer: got a string","source":"/etc/demo.toml","line":3,)"
        R"("column":8},{"message":"No such file or directory","source":"/etc/other.toml"}]})"
        "\n");
  CHECK(render_error(file_locate_failure("project root", "löat.toml", "it is nowhere"),
                     {.presentation = presentation::json}) == R"({
  "class": "file_locate_failure",
  "fqclass": "leat::app::file_locate_failure",
  "message": "search for project root (löat.toml) failed: it is nowhere",
  "subject": "project root",
  "name": "löat.toml"
}
)");
}

TEST_CASE("render_error: TOML, with problems as an array of tables") {
  CHECK(render_error(two_problems, {.presentation = presentation::toml}) ==
        R"(class = "invalid_configuration"
fqclass = "leat::app::invalid_configuration"
message = "configuration is not valid: /etc/demo.toml line 3, column 8: server.port: must be an integer: got a string; /etc/other.toml: No such file or directory"
summary = "configuration is not valid"

[[problems]]
key = "server.port"
message = "must be an integer: got a string"
source = "/etc/demo.toml"
line = 3
column = 8

[[problems]]
message = "No such file or directory"
source = "/etc/other.toml"
)");
}

TEST_CASE("render_error: Markdown is one line, and one more for each problem") {
  CHECK(render_error(leat::invalid_argument("a *bad* one"),
                     {.presentation = presentation::markdown}) ==
        "[**leat::invalid_argument**] a \\*bad\\* one\n");
  CHECK(render_error(two_problems, {.presentation = presentation::markdown}) ==
        "[**leat::app::invalid_configuration**] configuration is not valid\n"
        "- /etc/demo.toml line 3, column 8: server.port: must be an integer: got a string\n"
        "- /etc/other.toml: No such file or directory\n");
}

TEST_CASE("render_error: for people it is the message, its name, and a line for each problem") {
  CHECK(render_error(two_problems) ==
        "configuration is not valid [leat::app::invalid_configuration]\n"
        "  /etc/demo.toml line 3, column 8: server.port: must be an integer: got a string\n"
        "  /etc/other.toml: No such file or directory\n");
  CHECK(render_error(leat::invalid_argument("x"),
                     {.presentation = presentation::rich, .has_colours = true}) ==
        "\x1b[1;31mx\x1b[0m \x1b[2m[leat::invalid_argument]\x1b[0m\n");
}

TEST_CASE("render_error: errors that carry errors are shown to their ends") {
  const leat::error_group group(
      {std::make_exception_ptr(two_problems),
       std::make_exception_ptr(leat::exit_stack_failed(
           {std::make_exception_ptr(std::runtime_error("a")), std::make_exception_ptr(7)}))},
      5);
  CHECK(render_error(group) ==
        "2 of 5 children failed [leat::error_group]\n"
        "  configuration is not valid [leat::app::invalid_configuration]\n"
        "    /etc/demo.toml line 3, column 8: server.port: must be an integer: got a string\n"
        "    /etc/other.toml: No such file or directory\n"
        "  2 errors while closing an exit stack [leat::exit_stack_failed]\n"
        "    a [std::runtime_error]\n"
        "    an exception that is no std::exception [int]\n");
  CHECK(render_error(group, {.presentation = presentation::markdown}) ==
        "[**leat::error_group**] 2 of 5 children failed\n"
        "- [**leat::app::invalid_configuration**] configuration is not valid\n"
        "  - /etc/demo.toml line 3, column 8: server.port: must be an integer: got a string\n"
        "  - /etc/other.toml: No such file or directory\n"
        "- [**leat::exit_stack_failed**] 2 errors while closing an exit stack\n"
        "  - [**std::runtime_error**] a\n"
        "  - [**int**] an exception that is no std::exception\n");
  CHECK(compact(leat::background_failed("refresh",
                                        std::make_exception_ptr(leat::invalid_argument("x")))) ==
        R"({"class":"background_failed","fqclass":"leat::background_failed",)"
        R"("message":"refresh failed: x","summary":"refresh failed","child":"refresh",)"
        R"("errors":[{"class":"invalid_argument","fqclass":"leat::invalid_argument",)"
        R"("message":"x"}]})"
        "\n");
}

TEST_CASE("render_error: what was thrown with another error inside shows that too") {
  std::exception_ptr nested;
  try {
    try {
      throw std::runtime_error("inner");
    } catch (...) {
      std::throw_with_nested(std::logic_error("outer"));
    }
  } catch (...) {
    nested = std::current_exception();
  }
  const std::string text = compact(nested);
  CHECK(text.find(R"("message":"outer","errors":[{"class":"runtime_error",)") != text.npos);
}

TEST_CASE("render_error: an error of a program says its own details and what was below it") {
  CHECK(compact(out_of_stock("tea")) ==
        R"({"class":"out_of_stock","fqclass":"(anonymous namespace)::out_of_stock",)"
        R"("message":"nothing is left of tea","cause":"No space left on device",)"
        R"("article":"tea","left":0,"is_final":true})"
        "\n");
}

TEST_CASE("render_error: errors of other layers say what they know") {
  const auto has = [](const std::string& text, const std::string& part) {
    CAPTURE(text);
    CHECK(text.find(part) != text.npos);
  };
  has(compact(address_locate_failure("a.b", "b", "is not there")), R"("address":"a.b","part":"b")");
  has(compact(entry_assertion_failure("a", 2, "is no table")), R"("address":"a","index":2)");
  has(compact(file_access_failure("/x", "read", "Permission denied")),
      R"("path":"/x","reason":"Permission denied")");
  has(compact(file_content_failure("/x", std::make_exception_ptr(two_problems))),
      R"("path":"/x","errors":[{"class":"invalid_configuration")");
  has(compact(leat::model::parse_error("JSON", "a comma", 4, 2, 3)),
      R"("reason":"a comma","line":2,"column":3)");
  has(compact(leat::ws::closed("example", 1011, "secret reason")), R"("close_code":1011)");
  has(compact(leat::ws::reconnect_failed(3, std::make_exception_ptr(two_problems))),
      R"("attempts":3,"errors":[{"class":"invalid_configuration")");
  try {
    struct point {
      int x = 0;
    };
    static_cast<void>(leat::model::from_json<std::vector<int>>("[1, \"s\"]"));
  } catch (const leat::model::validation_error& e) {
    has(compact(e), R"("problems":[{"key":"/1","message":)");
  }
}

TEST_CASE("render_error: errors in errors are shown as deep as somebody may mean it") {
  std::exception_ptr innermost = std::make_exception_ptr(leat::invalid_argument("x"));
  for (int i = 0; i < 100; ++i) {
    innermost = std::make_exception_ptr(leat::error_group({innermost}, 1));
  }
  const std::string text = render_error(innermost);
  CHECK(std::ranges::count(text, '\n') == 34);
}

TEST_CASE("render_error: there may be no error at all, and a message may be of any bytes") {
  CHECK(render_error(std::exception_ptr()) == "no error [nothing]\n");
  CHECK(render_error(leat::invalid_argument("\xff\x1b[2J")) ==
        "\uFFFD\\x1b[2J [leat::invalid_argument]\n");
}

TEST_CASE("errors: what the standard library has a name for has that name too") {
  CHECK(file_locate_failure("a", "b", "c").code() == std::errc::no_such_file_or_directory);
  CHECK(leat::invalid_argument("x").code() == std::errc::invalid_argument);
  CHECK(leat::deadline_exceeded().code() == std::errc::timed_out);
  CHECK(leat::deadline_exceeded().code() == leat::failure::timed_out);
  CHECK(two_problems.code() != std::errc::invalid_argument);
  const output_failure closed("x", std::make_error_code(std::errc::broken_pipe));
  CHECK(closed.is_closed());
  CHECK(closed.code() == std::errc::io_error);
}
