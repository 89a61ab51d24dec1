// SPDX-License-Identifier: MIT
// What `run_program` makes of the log of a process.

#include <optional>
#include <string>

#include "leat/app/program.hpp"
#include "leat/log/presentation.hpp"

#include "support/test.hpp"

using namespace leat;
using namespace leat::app;

namespace {

program_options with_configuration(std::string toml) {
  program_options options;
  options.prepare.application = application("demo");
  options.prepare.distribution = distribution("demo", "/opt/demo");
  options.prepare.variables = environment({{"HOME", "/home/ann"}});
  options.prepare.source = configuration_source::text(std::move(toml));
  options.watches_loop = false;
  return options;
}

/// How the log of a program begins.
inscription log_of(program_options options) {
  std::optional<inscription> seen;
  options.prepare.inscribe = [&seen](const inscription& how, std::string,
                                     exit_stack&) -> task<log::logger> {
    seen = how;
    co_return log::logger();
  };
  CHECK(run_program(std::move(options), [](program&) -> task<void> { co_return; }) == 0);
  REQUIRE(seen.has_value());
  return *seen;
}

}  // namespace

TEST_CASE("run_program: the log is for people at a terminal, unless somebody says how it is") {
  CHECK(log_of(with_configuration("")).chooses_presentation);

  const auto configured = log_of(with_configuration("inscription = {presentation = \"plain\"}"));
  CHECK_FALSE(configured.chooses_presentation);
  CHECK(configured.presentation == log::presentation::plain);

  auto in_code = with_configuration("");
  in_code.prepare.inscription.presentation = log::presentation::json;
  const auto said = log_of(std::move(in_code));
  CHECK_FALSE(said.chooses_presentation);
  CHECK(said.presentation == log::presentation::json);

  auto plain = with_configuration("");
  plain.chooses_presentation = false;
  CHECK_FALSE(log_of(std::move(plain)).chooses_presentation);
}

TEST_CASE("run_program: the log is flushed on a crash, unless it must not be") {
  CHECK(log_of(with_configuration("")).flushes_on_crash);
  auto without = with_configuration("");
  without.flushes_on_crash = false;
  CHECK_FALSE(log_of(std::move(without)).flushes_on_crash);
}
