// SPDX-License-Identifier: MIT
#include "leat/app/configuration.hpp"

#include <fstream>

#include "leat/app/secret.hpp"
#include "leat/model/describe.hpp"
#include "leat/model/json.hpp"

#include "support/scratch_folder.hpp"
#include "support/test.hpp"

using namespace leat::app;

namespace {

struct server_settings {
  std::string host = "localhost";
  int port = 8080;
  secret password{};
  std::vector<std::string> names{};
};
BOOST_DESCRIBE_STRUCT(server_settings, (), (host, port, password, names))

consteval auto leat_rules(const server_settings*) {
  using namespace leat::model::rules;
  return list(all_defaulted, field<&server_settings::port>(range(1, 65535)));
}

struct all_settings {
  server_settings server{};
  bool is_fast = false;
};
BOOST_DESCRIBE_STRUCT(all_settings, (), (server, is_fast))

consteval auto leat_rules(const all_settings*) {
  using namespace leat::model::rules;
  return list(all_defaulted);
}

template <class Work>
std::vector<problem> problems_of(Work work) {
  try {
    work();
  } catch (const invalid_configuration& e) {
    return e.problems();
  }
  return {};
}

}  // namespace

TEST_CASE("address: is written as TOML writes a dotted key") {
  CHECK(address("a.b-c._1").parts() == std::vector<std::string>{"a", "b-c", "_1"});
  CHECK(address("a.\"b.c\".'d\"'").parts() == std::vector<std::string>{"a", "b.c", "d\""});
  CHECK(address("").parts().empty());
  CHECK(to_string(address("a.\"b.c\"")) == "a.\"b.c\"");
  for (const char* text : {".", "a.", ".a", "a..b", "a b", "\"a", "\"a\"b", " a"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(address{text}, leat::invalid_argument);
  }
}

TEST_CASE("address: has no more than max_parts") {
  const std::vector<std::string> most(address::max_parts, "a");
  CHECK(address::of_parts(most).parts().size() == address::max_parts);
  CHECK_THROWS_AS(static_cast<void>(address::of_parts({address::max_parts + 1, "a"})),
                  leat::invalid_argument);
}

TEST_CASE("configuration: has every kind of TOML, and knows file, line and column of each") {
  const auto all = configuration::parse(
      "text = \"x\"\n"
      "number = -3\nreal = 1.5\nyes = true\nday = 2026-01-02\nlist = [1, \"a\"]\n"
      "[table]\n  key = inf\n",
      "demo.toml");
  CHECK(all.at("text").as_string() == "x");
  CHECK(all.at("number").as_integer() == -3);
  CHECK(all.at("real").as_real() == 1.5);
  CHECK(all.at("number").as_real() == -3);
  CHECK(all.at("yes").as_boolean());
  CHECK(all.at("day").kind() == configuration_kind::date_time);
  CHECK(all.at("day").as_string() == "2026-01-02");
  CHECK(all.at("list").elements().size() == 2);
  CHECK(all.at("table.key").kind() == configuration_kind::real);

  const auto& from = all.at("table.key").origin();
  CHECK(from.kind == origin::source_kind::file);
  CHECK(from.source == "demo.toml");
  CHECK(from.line == 8);
  CHECK(from.column == 9);
  CHECK(all.at("list").elements()[1].origin().line == 6);
}

TEST_CASE("configuration: a value of another kind is refused") {
  const configuration text("x");
  CHECK_THROWS_AS(static_cast<void>(text.as_integer()), leat::invalid_argument);
  CHECK_THROWS_AS(static_cast<void>(text.as_boolean()), leat::invalid_argument);
  CHECK_THROWS_AS(static_cast<void>(text.as_real()), leat::invalid_argument);
  CHECK_THROWS_AS(static_cast<void>(configuration(1).as_string()), leat::invalid_argument);
  CHECK(text.entries().empty());
  CHECK(text.elements().empty());
}

TEST_CASE("configuration: bad TOML is an error with its place") {
  const auto found =
      problems_of([] { static_cast<void>(configuration::parse("a = 1\nb = = 2\n", "demo.toml")); });
  REQUIRE(found.size() == 1);
  CHECK(found[0].source == "demo.toml");
  CHECK(found[0].line == 2);
  CHECK(found[0].column == 5);
}

TEST_CASE("configuration: a change makes another one and leaves the first, in depth") {
  const auto first = configuration::parse("[a]\nb = 1\nc = 2\n");
  const auto changed = first.with("a.b", 5).with("a.x.y", "new");
  CHECK(first == configuration::parse("a = {c = 2, b = 1}"));
  CHECK(changed == configuration::parse("a = {b = 5, c = 2, x = {y = \"new\"}}"));
  CHECK(changed.without("a.x") == configuration::parse("a = {b = 5, c = 2}"));
  CHECK(first.without("") == configuration());
  CHECK(first.with("", 3) == configuration(3));
}

TEST_CASE("configuration: an address through a value that is no table is a typed error") {
  const auto all = configuration::parse("text = \"abc\"\nlist = [1]\n[a]\nb = 1\n");
  for (const char* where : {"text.a", "text.abc", "list.0", "a.b.c", "a.x", "nothing"}) {
    CAPTURE(where);
    CHECK(all.find(where) == nullptr);
    CHECK_THROWS_AS(static_cast<void>(all.at(where)), address_locate_failure);
    CHECK_THROWS_AS(static_cast<void>(all.without(where)), address_locate_failure);
  }
  for (const char* where : {"text.a", "list.0", "a.b.c"}) {
    CHECK_THROWS_AS(static_cast<void>(all.with(where, 1)), address_locate_failure);
  }
  try {
    static_cast<void>(all.at("a.x.y"));
    FAIL("found");
  } catch (const address_locate_failure& e) {
    CHECK(e.part() == "x");
    CHECK(e.address() == "a.x.y");
  }
}

TEST_CASE("configuration: merging goes into tables and replaces anything else") {
  const auto below = configuration::parse("a = 1\nlist = [1, 2]\n[t]\nx = 1\ny = {z = 1}\n");
  const auto over = configuration::parse("a = {b = 1}\nlist = [3]\n[t]\nx = 2\ny = {w = 2}\n");
  CHECK(below.merged_with(over) ==
        configuration::parse("a = {b = 1}\nlist = [3]\nt = {x = 2, y = {z = 1, w = 2}}"));
}

TEST_CASE("configuration: fills described structs, with defaults for what is not there") {
  const auto all = configuration::parse("is_fast = true\n[server]\nport = 9000\nnames = [\"a\"]\n");
  const auto read = all.to<all_settings>();
  CHECK(read.is_fast);
  CHECK(read.server.port == 9000);
  CHECK(read.server.host == "localhost");
  CHECK(all.to<server_settings>("server").names == std::vector<std::string>{"a"});
  CHECK(all.to<server_settings>("other").port == 8080);
  CHECK(all.to<int>("server.port") == 9000);
  CHECK_THROWS_AS(static_cast<void>(all.to<server_settings>("is_fast.deep")),
                  address_locate_failure);
}

TEST_CASE("configuration: a value that is not there is required, unless it is a struct's") {
  const auto found = problems_of([] { static_cast<void>(configuration().to<int>("a.b")); });
  REQUIRE(found.size() == 1);
  CHECK(to_string(found[0]) == "a.b: is required");
}

TEST_CASE("configuration: the keys that belong to app are none of a struct's business") {
  const auto all = configuration::parse(
      "includes = []\nis_fast = true\n[locations]\ncache = \"x\"\n[inscription]\nlevel = \"info\"");
  CHECK(all.to<all_settings>().is_fast);
}

TEST_CASE("configuration: every misfit is told with its key, its file and its line") {
  const auto main =
      configuration::parse("is_fast = 1\n[server]\nport = \"x\"\nhots = \"a\"\n", "general.toml");
  const auto more = configuration::parse("[server]\nnames = [\"a\", 2]\n", "more.toml");
  const auto all = main.merged_with(more);
  const auto whole = problems_of([&] { static_cast<void>(all.to<all_settings>()); });
  REQUIRE(whole.size() == 4);
  CHECK(to_string(whole[0]) ==
        "general.toml line 1, column 11: is_fast: must be a boolean: got a number");
  CHECK(to_string(whole[1]) ==
        "general.toml line 3, column 8: server.port: must be an integer: got a string");
  CHECK(to_string(whole[2]) ==
        "general.toml line 4, column 8: server.hots: is not known; did you "
        "mean \"host\"?");
  CHECK(to_string(whole[3]) ==
        "more.toml line 2, column 15: server.names[1]: must be a string: got a number");

  const auto part = problems_of([&] { static_cast<void>(all.to<server_settings>("server")); });
  REQUIRE(part.size() == 3);
  CHECK(part[0].key == "server.port");
}

TEST_CASE("secret: is found where a setting says, and nowhere else") {
  const scratch_folder folder;
  const std::string path = folder / "password";
  std::ofstream(path) << "from file\n";
  const environment variables({{"PASSWORD", "from variable"}, {"EMPTY", ""}});
  const auto password = [&](const std::string& text) {
    return configuration()
        .with("password", text)
        .to<server_settings>("", variables)
        .password.reveal();
  };
  CHECK(password("plain") == "plain");
  CHECK(password("env:PASSWORD") == "from variable");
  CHECK(password("env:EMPTY") == "");
  CHECK(password("file:" + path) == "from file");
  CHECK(password("file:relative") == "file:relative");

  // A string that is no secret stays as it is.
  const auto all = configuration().with("host", "env:PASSWORD");
  CHECK(all.to<server_settings>("", variables).host == "env:PASSWORD");
}

TEST_CASE("secret: one that is not there is a problem that does not tell what else it says") {
  const environment variables;
  for (const char* text : {"env:PASSWORD", "file:/nothing/here", "file:/"}) {
    CAPTURE(text);
    const auto all = configuration::parse("password = \"" + std::string(text) + "\"", "x.toml");
    const auto found =
        problems_of([&] { static_cast<void>(all.to<server_settings>("", variables)); });
    REQUIRE(found.size() == 1);
    CHECK(found[0].key == "password");
    CHECK(found[0].line == 1);
    // Without variables nothing is looked up at all.
    CHECK(problems_of([&] { static_cast<void>(all.to<server_settings>()); }).size() == 1);
  }
}

TEST_CASE("secret: is never written") {
  server_settings settings;
  settings.password = secret("hunter2");
  const std::string text = leat::model::to_json(settings);
  CHECK(text.find("hunter2") == std::string::npos);
  CHECK(text.find("[redacted]") != std::string::npos);
}

TEST_CASE("configuration: is written for people, without what logs hide") {
  const auto all = configuration::parse(
      "a = [1, 1.5, true, inf]\nday = 2026-01-02\n[server]\nPass_Word = \"hunter2\"\n"
      "api-key = 4711\ntoken = \"env:TOKEN\"\nname = \"env:x\"\n[password]\nlength = 8\n");
  CHECK(leat::model::to_json(all) ==
        R"({"a":[1,1.5,true,"inf"],"day":"2026-01-02","server":{"Pass_Word":"[redacted]",)"
        R"("api-key":"[redacted]","token":"env:TOKEN","name":"env:x"},"password":{"length":8}})");
}
