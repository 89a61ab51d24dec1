// SPDX-License-Identifier: MIT
// Saying what happens: loggers, what is bound to them, what a task carries, where lines go. The
// clock stands still here, so that every line is the same on every machine.

#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

#include <leat/coro/run.hpp>
#include <leat/coro/with_context.hpp>
#include <leat/io/loop.hpp>
#include <leat/log/backend.hpp>
#include <leat/log/flush_on_crash.hpp>
#include <leat/log/task_fields.hpp>

using namespace leat;
using namespace std::chrono_literals;

namespace {

// region backend
log::backend_options options_for_production(const std::string& file) {
  log::backend_options options;
  options.presentation = log::presentation::json;
  options.sinks = {log::sink::standard_error(),
                   log::sink::rotating_file(file, {.max_bytes = 64 << 20, .kept_files = 5})};
  return options;
}
// endregion backend

// region records
void take_order(const log::logger& log, std::string_view customer, int items) {
  const log::logger mine = log.bind("customer", customer);
  mine.info("order taken", {{"items", items}, {"took", 15ms}});
  mine.debug("not shown: below the level");
  mine.warn("card refused", {{"card_token", "4111-1111"}, {"note", "line\nbreak"}});
}
// endregion records

// region carried
task<void> charge(log::logger log) {
  log.info("charged");  // shows the request's id too
  co_return;
}

task<void> handle_request(log::logger log, std::string id) {
  co_await with_context(log::with_fields({{"request_id", id}}), charge(log));
}
// endregion carried

void show(log::presentation how) {
  log::backend_options options;
  options.presentation = how;
  options.sinks = {log::sink::custom([](log::level, std::string_view line) {
    std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
  })};
  options.now = [] { return std::chrono::sys_days(std::chrono::January / 1 / 2026); };
  const log::backend backend(log::delivery::synchronous, std::move(options));
  take_order(backend.logger("shop"), "Ann", 3);
  run(handle_request(backend.logger("shop"), "01HV7"));
}

// region lifetime
int serve(const std::string& file) {
  const log::backend backend(log::delivery::asynchronous, options_for_production(file));
  const log::flush_on_crash before_the_end(backend);
  backend.logger("shop").info("serving");
  return 0;
}  // what is queued is written here
// endregion lifetime

}  // namespace

int main(int count, char** arguments) {
  for (const auto how :
       {log::presentation::plain, log::presentation::rich, log::presentation::json}) {
    show(how);
  }
  return count > 1 ? serve(arguments[1]) : 0;
}
