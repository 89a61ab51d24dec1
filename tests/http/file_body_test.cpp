// SPDX-License-Identifier: MIT
#include <fstream>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "leat/coro/executor.hpp"
#include "leat/coro/semaphore.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/thread_pool.hpp"
#include "leat/http/body_source.hpp"
#include "leat/http/form_data.hpp"
#include "leat/http/request.hpp"

#include "support/async_test.hpp"
#include "support/scratch_folder.hpp"

// A disk may take long, so the loop does not touch it: while no thread is free for what blocks,
// nothing of a file is opened or read.

using namespace leat;

namespace {

std::string written(const scratch_folder& folder, const std::string& text) {
  const std::string path = folder / "sent";
  std::ofstream(path) << text;
  return path;
}

/// All threads for what blocks, until it is destroyed.
class no_free_thread {
 public:
  task<void> take() {
    auto& places = executor::current().blocking_threads().capacity();
    while (places.free_permits() != 0) held_.push_back(co_await places.acquire());
  }

 private:
  std::vector<semaphore::permit> held_;
};

/// Starts `work` while no thread is free, and checks that it has to wait for one.
task<void> check_waits_for_a_thread(task<void> work) {
  bool is_done = false;
  co_await with_task_group([&](task_group& group) -> task<void> {
    no_free_thread busy;
    co_await busy.take();
    group.spawn(
        [](task<void> waited_for, bool& done) -> task<void> {
          co_await std::move(waited_for);
          done = true;
        },
        std::move(work), std::ref(is_done));
    co_await some_turns();
    CHECK_FALSE(is_done);
  });
  CHECK(is_done);
}

task<void> read_into(http::async_body_source& from, std::string& into) {
  into = (co_await from.next()).value_or("");
}

}  // namespace

LEAT_ASYNC_TEST("file body: is opened and read on a thread for what blocks, not on the loop") {
  const scratch_folder folder;
  const auto body = http::async_file_body(written(folder, "a text"));
  co_await check_waits_for_a_thread(body->prepare());
  CHECK(body->size() == 6U);
  std::string sent;
  co_await check_waits_for_a_thread(read_into(*body, sent));
  CHECK(sent == "a text");
}

LEAT_ASYNC_TEST("file body: a file in a form is, too") {
  const scratch_folder folder;
  http::async_form_data form;
  form.file("page", written(folder, "a text"));
  http::async_request_options options;
  options.multipart(std::move(form));
  co_await check_waits_for_a_thread(options.streamed->prepare());
}
