// SPDX-License-Identifier: MIT

// Question: how many instructions does the machine take of the 3,000 that a hello request may
// cost in all (design.md, section 12), and how do they divide into reading and writing?
//
// Count them with callgrind, which does not vary as times do, as the difference of two runs:
//
//   valgrind --tool=callgrind --callgrind-out-file=/dev/null proto_http1_bench server 1000
//   valgrind --tool=callgrind --callgrind-out-file=/dev/null proto_http1_bench server 2000
//
// which is what benchmarks/proto/count_instructions.sh <program> <case>... does.

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "leat/base/byte_buffer.hpp"
#include "leat/proto/fields/validation.hpp"
#include "leat/proto/http1/client_connection.hpp"
#include "leat/proto/http1/server_connection.hpp"

namespace {

using namespace leat::proto::http1;
using leat::byte_buffer;
using leat::proto::field;
using leat::proto::fields;

// What a load generator sends, and what a browser does.
constexpr std::string_view small_request =
    "GET /hello HTTP/1.1\r\n"
    "Host: 127.0.0.1:8080\r\n"
    "User-Agent: bench/1.0\r\n"
    "Accept: */*\r\n"
    "\r\n";

constexpr std::string_view browser_request =
    "GET /users/42?expand=groups HTTP/1.1\r\n"
    "Host: www.example.test\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8\r\n"
    "Accept-Language: en-US,en;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"
    "Connection: keep-alive\r\n"
    "Upgrade-Insecure-Requests: 1\r\n"
    "Sec-Fetch-Dest: document\r\n"
    "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n"
    "\r\n";

constexpr std::string_view response =
    "HTTP/1.1 200 OK\r\n"
    "Content-Type: text/plain\r\n"
    "Date: Fri, 20 Nov 2026 11:00:00 GMT\r\n"
    "Content-Length: 13\r\n"
    "\r\n"
    "Hello, World!";

void require(bool holds) {
  if (!holds) std::abort();
}

void read_request(server_connection& machine, std::string_view request) {
  std::string_view input = request;
  require(machine.next(input).kind == event_kind::head);
  require(machine.next(input).kind == event_kind::end);
}

void write_response(server_connection& machine, byte_buffer& out, const fields& type) {
  const field date{"Date", "Fri, 20 Nov 2026 11:00:00 GMT"};
  require(!machine.send_head(
      out,
      {.status = 200, .fields = type, .more_fields = {&date, 1}, .body = body_size::exactly(13)}));
  require(!machine.send_data(out, "Hello, World!"));
  require(!machine.send_end(out));
}

/// The same as `http` does it, whose own fields are lines that are ready.
void serve_ready(std::string_view request, long iterations) {
  constexpr std::array<std::string_view, 2> ready{"Date: Fri, 20 Nov 2026 11:00:00 GMT\r\n",
                                                  "Content-Type: text/plain\r\n"};
  server_connection machine;
  byte_buffer out;
  for (long i = 0; i < iterations; ++i) {
    read_request(machine, request);
    require(!machine.send_head(out, {.ready_lines = ready, .body = body_size::exactly(13)}));
    require(!machine.send_data(out, "Hello, World!"));
    require(!machine.send_end(out));
    require(!machine.start_next_cycle());
    out.clear();
  }
}

/// The checks of characters alone, on what a browser sends.
void scan(long iterations) {
  for (long i = 0; i < iterations; ++i) {
    require(leat::proto::is_token("Accept-Language"));
    require(leat::proto::is_request_target("/users/42?expand=groups"));
    require(leat::proto::is_field_value(
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"));
  }
}

/// A whole cycle as a server runs it.
void serve(std::string_view request, long iterations, bool writes) {
  const fields type{{"Content-Type", "text/plain"}};
  server_connection machine;
  byte_buffer out;
  for (long i = 0; i < iterations; ++i) {
    read_request(machine, request);
    if (writes) {
      write_response(machine, out, type);
      require(!machine.start_next_cycle());
      out.clear();
    } else {
      machine = server_connection();
    }
  }
}

/// A whole cycle as a client runs it.
void ask(long iterations) {
  const fields head{{"Host", "127.0.0.1:8080"}, {"User-Agent", "bench/1.0"}, {"Accept", "*/*"}};
  client_connection machine;
  byte_buffer out;
  for (long i = 0; i < iterations; ++i) {
    require(!machine.send_head(out, {.method = "GET", .target = "/hello", .fields = head}));
    require(!machine.send_end(out));
    std::string_view input = response;
    require(machine.next(input).kind == event_kind::head);
    require(machine.next(input).kind == event_kind::data);
    require(machine.next(input).kind == event_kind::end);
    require(!machine.start_next_cycle());
    out.clear();
  }
}

/// A head of `size` bytes that comes byte by byte: the cost per byte must not grow with it.
void drip(std::size_t size, long iterations) {
  const std::string head = "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(size, 'x') + "\r\n\r\n";
  for (long i = 0; i < iterations; ++i) {
    server_connection machine;
    for (std::size_t seen = 1; seen < head.size(); ++seen) {
      std::string_view input(head.data(), seen);
      require(machine.next(input).kind == event_kind::need_more);
    }
  }
}

bool run(std::string_view what, long iterations) {
  if (what == "server") {
    serve(small_request, iterations, true);
  } else if (what == "server-browser") {
    serve(browser_request, iterations, true);
  } else if (what == "server-ready") {
    serve_ready(small_request, iterations);
  } else if (what == "scan") {
    scan(iterations);
  } else if (what == "client") {
    ask(iterations);
  } else if (what == "drip-1000") {
    drip(1000, iterations);
  } else if (what == "drip-8000") {
    drip(8000, iterations);
  } else {
    return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "server";
  const long iterations = argc > 2 ? std::atol(argv[2]) : 1'000'000;
  const auto begin = std::chrono::steady_clock::now();
  if (!run(what, iterations)) {
    std::fprintf(stderr,
                 "usage: %s server|server-browser|server-ready|scan|client|drip-1000|drip-8000 "
                 "[iterations]\n",
                 argv[0]);
    return 2;
  }
  const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - begin;
  std::printf("%s: %.1f ns each over %ld iterations\n", argv[1],
              spent.count() / static_cast<double>(iterations), iterations);
}
