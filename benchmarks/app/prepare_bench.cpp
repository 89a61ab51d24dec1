// SPDX-License-Identifier: MIT

// Question: how long does it take until a service knows everything about itself? `prepare` of the
// gateway with the configuration that comes with it: environment, file, overrides, checks, log.

#include <string>

#include "leat/app/prepare.hpp"
#include "leat/coro/exit_stack.hpp"
#include "leat/io/loop.hpp"

#include "service.hpp"
#include "support.hpp"

namespace {

using namespace leat;

constexpr int times = 50;

task<void> prepare_once() {
  co_await with_exit_stack([](exit_stack& exits) -> task<void> {
    auto options = gateway::program_options_of(
        app::configuration_source::file(GATEWAY_SOURCE_DIR "/leat-gateway.toml"),
        GATEWAY_SOURCE_DIR);
    static_cast<void>(co_await app::prepare(exits, std::move(options.prepare)));
  });
}

}  // namespace

int main() {
  run(prepare_once());  // the first one reads the file from the disk
  double spent = 0;
  for (int i = 0; i < times; ++i) {
    const double begin = leat_bench::now_ns();
    run(prepare_once());
    spent += leat_bench::now_ns() - begin;
  }
  leat_bench::print_sample("prepare and release the gateway's configuration", "ms", "leat",
                           spent / times / 1e6);
}
