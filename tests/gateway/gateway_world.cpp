// SPDX-License-Identifier: MIT
#include "gateway/gateway_world.hpp"

#include <array>
#include <charconv>
#include <utility>

#include "leat/base/byte_buffer.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/io/error.hpp"

#include "service.hpp"

using namespace leat;

namespace {

constexpr duration patience = 30s;

#ifdef LEAT_ON_SOCKETS
const std::string gateway_host = "127.0.0.1";
#else
const std::string gateway_host = "gateway";

// Slow enough that everything arrives in pieces and at its own time.
const testing::link_profile usual_links = [] {
  testing::link_profile links;
  links.latency = 1ms;
  links.jitter = 1ms;
  links.short_read = 0.2;
  links.short_write = 0.2;
  return links;
}();
#endif

log::backend_options options_with(log::sink::function write) {
  log::backend_options options;
  options.sinks = {log::sink::custom(std::move(write))};
  return options;
}

}  // namespace

gateway_world::gateway_world([[maybe_unused]] std::uint64_t seed)
    :
#ifndef LEAT_ON_SOCKETS
      net_(seed, usual_links),
#endif
      logs_(log::delivery::synchronous,
            options_with([this](log::level, std::string_view line) { note(line); })) {
}

task<void> gateway_world::serve_while(std::string sources, std::function<task<void>()> script,
                                      std::string server) {
  const std::string text =
      "[server]\nport = 0\nhost = \"" + gateway_host + "\"\n" + server + "\n" + sources;
  auto options =
      gateway::program_options_of(app::configuration_source::text(text), GATEWAY_SOURCE_DIR);
  options.prepare.variables = app::environment({{"HOME", "/home/ann"}});
  options.prepare.inscribe = [this](const app::inscription&, std::string,
                                    exit_stack&) -> task<log::logger> { co_return logs_.logger(); };
  options.next_signal = [this] { return stop.next_signal(); };
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([this, &options]() -> task<void> {
      status_ = co_await app::run_lifespan(std::move(options), [this](app::program& self) {
        return gateway::serve(self, gateway_network(), GATEWAY_SOURCE_DIR);
      });
    });
    co_await wait_event("serving");
    address_ = field_of(events("serving").front(), "address");
    co_await script();
    stop.ask();
  });
  // A test that has asked already asks a second time with this.
  CHECK((status_ == 0 || status_ == app::program_status::forced_by_signal + SIGTERM));
}

#ifdef LEAT_ON_SOCKETS

io::network& gateway_world::gateway_network() noexcept {
  return io::system_network();
}
io::network& gateway_world::outside() noexcept {
  return io::system_network();
}
std::unique_ptr<io::listener> gateway_world::listen(const std::string& /*name*/) {
  return io::system_network().listen(io::endpoint::tcp("127.0.0.1", 0));
}
std::size_t gateway_world::open_connections() const {
  return testing::resource_count::now().descriptors;
}

#else

io::network& gateway_world::gateway_network() noexcept {
  return net_.host(gateway_host);
}
io::network& gateway_world::outside() noexcept {
  return net_.host("outside");
}
std::unique_ptr<io::listener> gateway_world::listen(const std::string& name) {
  return net_.host(name).listen(io::endpoint::tcp(name, 0));
}
std::size_t gateway_world::open_connections() const {
  return net_.connections().size();
}

#endif

std::string gateway_world::url_of(const io::listener& source) {
  return "http://" + source.local().to_string() + "/";
}

task<std::unique_ptr<io::async_stream>> gateway_world::connect() {
  const auto colon = address_.rfind(':');
  std::uint16_t port = 0;
  std::from_chars(address_.data() + colon + 1, address_.data() + address_.size(), port);
  return outside().connect(io::endpoint::tcp(address_.substr(0, colon), port),
                           deadline_after(patience));
}

http::async_client_options gateway_world::client_options() {
  http::async_client_options options;
  options.network = &outside();
  options.base_url = "http://" + address_;
  options.timeouts.read = patience;
  return options;
}

task<http::response> gateway_world::get(std::string path) {
  http::async_client client(client_options());
  auto answer = co_await client.get(std::move(path));
  client.close();
  co_return answer;
}

std::vector<std::string> gateway_world::events(std::string_view name) const {
  const std::string begin = "{\"event\": \"" + std::string(name) + "\"";
  std::vector<std::string> found;
  for (const auto& line : log_) {
    if (line.starts_with(begin)) found.push_back(line);
  }
  return found;
}

task<void> gateway_world::wait_event(std::string_view name, std::size_t count) {
  while (events(name).size() < count) {
    logged_.reset();
    co_await logged_.wait();
  }
}

void gateway_world::note(std::string_view line) {
  log_.emplace_back(line);
  logged_.set();
}

std::string field_of(std::string_view line, std::string_view key) {
  const std::string name = "\"" + std::string(key) + "\": ";
  const auto at = line.find(name);
  if (at == std::string_view::npos) return "";
  std::string_view rest = line.substr(at + name.size());
  if (rest.starts_with('"')) {
    rest.remove_prefix(1);
    return std::string(rest.substr(0, rest.find('"')));
  }
  return std::string(rest.substr(0, rest.find_first_of(",}")));
}

task<void> send(io::async_stream& to, std::string_view bytes) {
  co_await to.write_all(as_bytes(bytes), deadline_after(patience));
}

namespace {

/// Appends what the next read gives; false at the end.
task<bool> receive_more(io::async_stream& from, std::string& into) {
  std::array<std::byte, 4096> room{};
  const auto size = co_await from.read_some(room, deadline_after(patience));
  into += as_text(std::span(room).first(size));
  co_return size != 0;
}

}  // namespace

task<std::string> receive_until(io::async_stream& from, std::string_view text) {
  std::string all;
  while (all.find(text) == std::string::npos && co_await receive_more(from, all)) {
  }
  co_return all;
}

task<std::string> receive_all(io::async_stream& from) {
  std::string all;
  try {
    while (co_await receive_more(from, all)) {
    }
  } catch (const io::read_error&) {  // closed with our bytes unread
  }
  co_return all;
}
