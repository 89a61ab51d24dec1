// SPDX-License-Identifier: MIT
#include <cstdint>
#include <fstream>
#include <functional>
#include <string>

#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/to_thread.hpp"
#include "leat/log/backend.hpp"
#include "leat/testing/async_test.hpp"

#include "support/scratch_folder.hpp"
#include "support/test.hpp"

using namespace leat;

namespace {

constexpr std::uint64_t tasks = 1000;
constexpr std::uint64_t records_of_a_task = 10;
constexpr std::size_t record_bytes = 1024;  // so that all of them are 10 MB

task<void> say_much(const log::logger& to, const std::string& text) {
  for (std::uint64_t i = 0; i < records_of_a_task; ++i) {
    to.info("burst", {{"text", text}});
    co_await yield_now();
  }
}

std::uint64_t lines_in(const std::string& path) {
  std::ifstream in(path);
  std::uint64_t count = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.size() > record_bytes && line.ends_with('}')) ++count;
  }
  return count;
}

}  // namespace

LEAT_ASYNC_TEST(
    "log: of a burst from many tasks each record is written whole, or counted as lost") {
  for (const auto overflow :
       {log::overflow_policy::drop_newest, log::overflow_policy::drop_oldest}) {
    const scratch_folder folder;
    const std::string path = folder / "burst.log";
    log::backend_options options;
    options.sinks = {log::sink::file(path)};
    options.queue_records = 64;  // far too few
    options.overflow = overflow;
    log::backend backend(log::delivery::asynchronous, std::move(options));
    const log::logger logger = backend.logger("burst");
    const std::string text(record_bytes, 'x');
    co_await with_task_group([&](task_group& group) -> task<void> {
      for (std::uint64_t i = 0; i < tasks; ++i) {
        group.spawn(say_much, std::cref(logger), std::cref(text));
      }
      co_return;
    });
    co_await to_thread([&] { backend.flush(); });
    const log::backend_counts counts = backend.counts();
    CHECK(counts.submitted == tasks * records_of_a_task);
    CHECK(counts.failed == 0);
    CHECK(counts.written + counts.dropped == counts.submitted);
    CHECK(counts.written > 0);
    CHECK(lines_in(path) == counts.written);
  }
}
