// SPDX-License-Identifier: MIT
#include "leat/app/edit.hpp"

#include "leat/model/describe.hpp"

#include "app/overrides.hpp"
#include "support/test.hpp"

using namespace leat::app;

namespace {

configuration toml(std::string_view text) {
  return configuration::parse(text, "general.toml");
}

configuration edited(const configuration& before, std::vector<edit> edits) {
  return apply_edits(before, edits, environment({{"NAME", "injected"}}));
}

configuration overridden(const configuration& before, environment::variables variables) {
  return apply_overrides(before, "MY_APP", environment(std::move(variables)));
}

}  // namespace

TEST_CASE("edits: set makes tables on the way and replaces what is there") {
  CHECK(edited(toml("a = 1"), {set_entry("b.c.d", 2), set_entry("a", "x")}) ==
        toml("a = \"x\"\nb = {c = {d = 2}}"));
  CHECK_THROWS_AS(static_cast<void>(edited(toml("a = 1"), {set_entry("a.b", 1)})),
                  address_locate_failure);
}

TEST_CASE("edits: come in their order, and the last one wins") {
  CHECK(edited(toml("a = 1"), {set_entry("a", 2), set_entry("a", 3)}) == toml("a = 3"));
  CHECK(edited(toml("a = 1"), {set_entry("a", 3), set_entry("a", 2)}) == toml("a = 2"));
}

TEST_CASE("edits: update and delete need something that is there") {
  CHECK(edited(toml("a = 1\nb = 2"), {update_entry("a", 3), delete_entry("b")}) == toml("a = 3"));
  CHECK_THROWS_AS(static_cast<void>(edited(toml("a = 1"), {update_entry("b", 1)})),
                  address_locate_failure);
  CHECK_THROWS_AS(static_cast<void>(edited(toml("a = 1"), {delete_entry("b")})),
                  address_locate_failure);
}

TEST_CASE("edits: elements of an array are all changed, or those that a filter finds") {
  const auto before = toml("s = [{n = \"a\", p = 1}, {n = \"b\", p = 2, q = 0}]");
  CHECK(edited(before, {edit_elements("s", "p", 9)}) ==
        toml("s = [{n = \"a\", p = 9}, {n = \"b\", p = 9, q = 0}]"));
  CHECK(edited(before, {edit_elements("s", "p", 9, element_filter{"n", "b"})}) ==
        toml("s = [{n = \"a\", p = 1}, {n = \"b\", p = 9, q = 0}]"));
  CHECK(edited(before, {edit_elements("s", "p", 9, element_filter{"n", "c"})}) == before);
}

TEST_CASE("edits: elements that are not as expected are a typed error") {
  const auto before = toml("s = [{n = 1}, {m = 1}]\nt = [1]\nu = 1");
  try {
    static_cast<void>(edited(before, {edit_elements("s", "p", 9, element_filter{"n", 1})}));
    FAIL("not refused");
  } catch (const entry_assertion_failure& e) {
    CHECK(e.index() == 1);
    CHECK(e.address() == "s");
  }
  CHECK_THROWS_AS(static_cast<void>(edited(before, {edit_elements("t", "p", 9)})),
                  entry_assertion_failure);
  CHECK_THROWS_AS(static_cast<void>(edited(before, {edit_elements("u", "p", 9)})),
                  address_locate_failure);
  CHECK_THROWS_AS(static_cast<void>(edited(before, {edit_elements("v", "p", 9)})),
                  address_locate_failure);
}

TEST_CASE("edits: the one that fails leaves nothing of those before it") {
  const auto before = toml("a = 1\ns = [{n = 1}, 2]");
  CHECK_THROWS_AS(
      static_cast<void>(edited(before, {set_entry("a", 2), edit_elements("s", "n", 5)})),
      entry_assertion_failure);
  CHECK(before == toml("a = 1\ns = [{n = 1}, 2]"));
}

TEST_CASE("edits: any function is one, and sees the variables") {
  const edit greet = [](const configuration& before, const environment& variables) {
    return before.with("name", variables.find("NAME").value_or("nobody"));
  };
  CHECK(edited(toml(""), {greet}) == toml("name = \"injected\""));
}

TEST_CASE("overrides: a variable names a value, however deep") {
  const auto made =
      overridden(toml("[server]\nport = 1\nhost = \"a\""), {{"MY_APP_CONFIG_SERVER__PORT", "9000"},
                                                            {"MY_APP_CONFIG_NEW__TABLE__KEY", "x"},
                                                            {"MY_APP_CONFIG", "1"},
                                                            {"MY_APP_PORT", "1"},
                                                            {"OTHER_CONFIG_A", "1"}});
  CHECK(made == toml("server = {port = 9000, host = \"a\"}\nnew = {table = {key = \"x\"}}"));
  const auto& from = made.at("server.port").origin();
  CHECK(from.kind == origin::source_kind::environment);
  CHECK(from.source == "environment variable MY_APP_CONFIG_SERVER__PORT");
}

TEST_CASE("overrides: a key is meant by its name in capitals and underscores") {
  const auto made = overridden(
      toml("[Web-Server]\nmaxBytes = 1\n\"max.age\" = 1"),
      {{"MY_APP_CONFIG_WEB_SERVER__MAXBYTES", "2"}, {"MY_APP_CONFIG_WEB_SERVER__MAX_AGE", "3"}});
  CHECK(made == toml("[Web-Server]\nmaxBytes = 2\n\"max.age\" = 3"));
}

TEST_CASE("overrides: what TOML would read is of that kind, anything else is a string") {
  const auto made = overridden(toml(""), {{"MY_APP_CONFIG_A", "true"},
                                          {"MY_APP_CONFIG_B", "1.5"},
                                          {"MY_APP_CONFIG_C", "[1, \"x\"]"},
                                          {"MY_APP_CONFIG_D", "{x = 1}"},
                                          {"MY_APP_CONFIG_E", "\"9000\""},
                                          {"MY_APP_CONFIG_F", "two words"},
                                          {"MY_APP_CONFIG_G", ""},
                                          {"MY_APP_CONFIG_H", "1\nh2 = 2"},
                                          {"MY_APP_CONFIG_I", "[unclosed"}});
  CHECK(made == toml("a = true\nb = 1.5\nc = [1, \"x\"]\n"
                     "d = {x = 1}\ne = \"9000\"\n"
                     "f = \"two words\"\ng = \"\"\nh = \"1\\nh2 = 2\"\ni = \"[unclosed\""));
}

TEST_CASE("overrides: a variable is a string to whoever wants one") {
  const auto made = overridden(
      toml(""),
      {{"MY_APP_CONFIG_A", "9000"}, {"MY_APP_CONFIG_B", "1e5"}, {"MY_APP_CONFIG_C", "[1]"}});
  CHECK(made.to<int>("a") == 9000);
  CHECK(made.to<std::string>("a") == "9000");
  CHECK(made.to<std::string>("b") == "1e5");
  CHECK(made.to<std::string>("c") == "[1]");
  // In a file the kinds are what they are.
  CHECK_THROWS_AS(static_cast<void>(toml("a = 9000").to<std::string>("a")), invalid_configuration);
}

TEST_CASE("overrides: everything that leads nowhere is told with its variable") {
  std::vector<problem> found;
  try {
    static_cast<void>(
        overridden(toml("a = 1\nb-c = 1\nb_c = 1\n"), {{"MY_APP_CONFIG_A__X", "secret"},
                                                       {"MY_APP_CONFIG_B_C", "secret"},
                                                       {"MY_APP_CONFIG___D", "secret"},
                                                       {"MY_APP_CONFIG_", "secret"},
                                                       {"MY_APP_CONFIG_E", "fine"}}));
  } catch (const invalid_configuration& e) {
    found = e.problems();
    CHECK(std::string(e.what()).find("secret") == std::string::npos);
  }
  CHECK(found.size() == 4);
}

TEST_CASE("overrides: a name without end is refused and not followed") {
  std::string name = "MY_APP_CONFIG_A";
  for (int i = 0; i < 10'000; ++i) name += "__A";
  CHECK_THROWS_AS(static_cast<void>(overridden(toml(""), {{name, "1"}})), invalid_configuration);
}

TEST_CASE("templates: stand for what they name, and what else is in braces stays") {
  const template_variables names{{"user_home", "/home/ann"}, {"x", "{user_home}"}};
  const auto expanded = [&](std::string text) {
    const std::string unknown = expand_template(text, names);
    return unknown.empty() ? text : "unknown " + unknown;
  };
  CHECK(expanded("{user_home}/a/{user_home}") == "/home/ann/a//home/ann");
  CHECK(expanded("{x}") == "{user_home}");
  CHECK(expanded("{{user_home}}") == "{user_home}");
  CHECK(expanded("{\"a\": {}} {0} a{3,5} {Name} { x } {") ==
        "{\"a\": {}} {0} a{3,5} {Name} { x } {");
  CHECK(expanded("{user_hom}") == "unknown user_hom");
  CHECK(expanded("") == "");
}

TEST_CASE("templates: an unknown one in a configuration is told with its key and line") {
  std::vector<problem> found;
  const auto before = toml("a = \"{x}\"\n[t]\nlist = [\"{y}\", \"{z}\"]");
  const auto made = expand_templates(before, {{"x", "1"}}, found);
  CHECK(made.at("a").as_string() == "1");
  REQUIRE(found.size() == 2);
  CHECK(found[1].key == "t.list[1]");
  CHECK(found[1].line == 3);
}

TEST_CASE("templates: a variable's value is taken as it is") {
  std::vector<problem> found;
  const auto before = overridden(toml(""), {{"MY_APP_CONFIG_A", "{x}"}});
  CHECK(expand_templates(before, {}, found) == before);
  CHECK(found.empty());
}
