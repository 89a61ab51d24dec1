// SPDX-License-Identifier: MIT
// What do the HTTP clients cost? Asks a server for one URL as often as it is told:
//
//     http_client_load --url http://127.0.0.1:8080/hello --requests 100000 --concurrency 64
//     http_client_load --url https://localhost:8443/hello --requests 1000 --ca ca.pem --fresh
//
// Tasks that share one client ask side by side; with --blocking the blocking client asks, one
// request after the other. --stream reads each body piece by piece and keeps none of it, --fresh
// makes a connection for each request, --http1 offers nothing else. Its peers in ../peers take
// the same options.

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <string_view>

#include "leat/coro/task_group.hpp"
#include "leat/http/async_client.hpp"
#include "leat/http/client.hpp"
#include "leat/io/loop.hpp"

using namespace leat;

namespace {

struct load {
  std::string url;
  std::string trusted;
  long requests = 1;
  long concurrency = 1;
  bool is_blocking = false;
  bool streams = false;
  bool is_fresh = false;
  bool is_http1 = false;
};

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "http_client_load: %s\n", what.c_str());
  std::exit(2);
}

std::string content_of(const char* path) {
  std::ifstream file(path);
  if (!file) fail(std::string("cannot read ") + path);
  std::ostringstream content;
  content << file.rdbuf();
  return std::move(content).str();
}

load parse(int argc, char** argv) {
  load found;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--blocking") {
      found.is_blocking = true;
    } else if (name == "--stream") {
      found.streams = true;
    } else if (name == "--fresh") {
      found.is_fresh = true;
    } else if (name == "--http1") {
      found.is_http1 = true;
    } else if (i + 1 == argc) {
      fail("no such option, or no value: " + std::string(name));
    } else if (name == "--url") {
      found.url = argv[++i];
    } else if (name == "--ca") {
      found.trusted = content_of(argv[++i]);
    } else if (name == "--requests") {
      found.requests = std::atol(argv[++i]);
    } else if (name == "--concurrency") {
      found.concurrency = std::atol(argv[++i]);
    } else {
      fail("no such option: " + std::string(name));
    }
  }
  if (found.url.empty()) fail("--url says what to ask for");
  return found;
}

template <class Options>
Options options_for(const load& asked) {
  const auto connections = static_cast<std::size_t>(asked.concurrency);
  Options chosen;
  chosen.limits.max_connections = connections;
  chosen.limits.max_idle = asked.is_fresh ? 0 : connections;  // every connection is used again
  chosen.tls.trusted = asked.trusted;
  chosen.http2 = !asked.is_http1;
  return chosen;
}

task<void> ask(http::async_client& client, const load& asked, long& left) {
  while (left > 0) {
    --left;
    if (!asked.streams) {
      const auto answer = co_await client.get(asked.url);
      answer.raise_for_status();
      continue;
    }
    auto answer = co_await client.stream("GET", asked.url);
    while (!(co_await answer.read_some()).empty()) {
    }
  }
}

task<void> ask_all(const load& asked) {
  http::async_client client(options_for<http::async_client_options>(asked));
  long left = asked.requests;
  co_await with_task_group([&](task_group& group) -> task<void> {
    for (long i = 0; i < asked.concurrency; ++i) {
      group.spawn(ask, std::ref(client), std::cref(asked), std::ref(left));
    }
    co_return;
  });
}

void ask_blocking(const load& asked) {
  http::client client(options_for<http::client_options>(asked));
  for (long i = 0; i < asked.requests; ++i) {
    if (!asked.streams) {
      const auto answer = client.get(asked.url);
      answer.raise_for_status();
      continue;
    }
    auto answer = client.stream("GET", asked.url);
    while (!answer.read_some().empty()) {
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const load asked = parse(argc, argv);
  if (asked.is_blocking) {
    ask_blocking(asked);
  } else {
    leat::run(ask_all(asked));
  }
}
