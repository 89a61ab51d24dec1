// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "leat/http/error.hpp"
#include "leat/io/blocking_network.hpp"
#include "leat/io/network.hpp"

#include "http/surfaces.hpp"
#include "support/outgoing_network.hpp"

// How much of an answer is read at once: each read is a call to the kernel. Each case on both
// surfaces, on a network where all that was not read yet is there.

using namespace leat;

#define LEAT_BOTH_SURFACES(name) \
  TEST_CASE_TEMPLATE("client reads: " name, Surface, async_surface, blocking_surface)

namespace {

/// What comes on every connection, which ends behind it, and how it was asked for.
struct incoming {
  std::size_t read(std::span<std::byte> into) {
    asked.push_back(into.size());
    const std::size_t size = std::min({into.size(), text.size(), most_at_once});
    std::copy_n(text.begin(), size, reinterpret_cast<char*>(into.data()));
    text.erase(0, size);
    return size;
  }
  /// The sizes of reads since this was asked last.
  std::vector<std::size_t> sizes() { return std::exchange(asked, {}); }

  std::string text;
  std::size_t most_at_once = std::size_t{1} << 30;
  std::vector<std::size_t> asked;
};

class async_incoming final : public io::async_stream {
 public:
  explicit async_incoming(incoming& from) : from_(from) {}
  task<std::size_t> read_some(std::span<std::byte> into, deadline) override {
    co_return from_.read(into);
  }
  task<void> write_all(std::span<const std::byte>, deadline) override { co_return; }
  task<void> shut_down_write(deadline) override { co_return; }
  task<void> close(deadline) override { co_return; }
  bool is_idle_and_open() noexcept override { return true; }
  const std::string& peer_name() const noexcept override { return name_; }

 private:
  incoming& from_;
  std::string name_ = "peer";
};

class blocking_incoming final : public io::blocking_stream {
 public:
  explicit blocking_incoming(incoming& from) : from_(from) {}
  std::size_t read_some(std::span<std::byte> into, deadline) override { return from_.read(into); }
  void write_all(std::span<const std::byte>, deadline) override {}
  std::size_t write_until_input(std::span<const std::byte> from, deadline) override {
    return from.size();
  }
  void shut_down_write(deadline) override {}
  void close(deadline) noexcept override {}
  bool is_idle_and_open() noexcept override { return true; }
  const std::string& peer_name() const noexcept override { return name_; }

 private:
  incoming& from_;
  std::string name_ = "peer";
};

class async_source final : public outgoing_network {
 public:
  explicit async_source(incoming& from) : from_(from) {}
  task<std::unique_ptr<io::async_stream>> connect(io::endpoint, deadline) override {
    co_return std::make_unique<async_incoming>(from_);
  }

 private:
  incoming& from_;
};

class blocking_source final : public io::blocking_network {
 public:
  explicit blocking_source(incoming& from) : from_(from) {}
  std::unique_ptr<io::blocking_stream> connect(const io::endpoint&, deadline) override {
    return std::make_unique<blocking_incoming>(from_);
  }

 private:
  incoming& from_;
};

template <class Surface>
struct source;
template <>
struct source<async_surface> {
  using type = async_source;
};
template <>
struct source<blocking_surface> {
  using type = blocking_source;
};

template <class Surface>
struct scene {
  scene() : net(wire), api(on(net)) {}

  static typename Surface::options on(typename source<Surface>::type& net) {
    typename Surface::options options;
    options.network = &net;
    return options;
  }

  /// The body of the answer `text`.
  std::string get(std::string text) {
    wire.text = std::move(text);
    return api.get("http://a.test/").content();
  }

  incoming wire;
  typename source<Surface>::type net;
  Surface api;
};

std::string sized(std::size_t size) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" +
         std::string(size, 'x');
}
std::string chunked(std::size_t chunks, std::size_t size) {
  std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  constexpr char digits[] = "0123456789abcdef";
  for (std::size_t i = 0; i < chunks; ++i) {
    for (int shift = 28; shift >= 0; shift -= 4) text += digits[(size >> shift) & 15];
    text += "\r\n" + std::string(size, 'x') + "\r\n";
  }
  return text + "0\r\n\r\n";
}

constexpr std::size_t mebibyte = std::size_t{1} << 20;
constexpr std::size_t small = std::size_t{16} << 10;
constexpr std::size_t large = std::size_t{64} << 10;

/// One small read, and then so many large ones.
std::vector<std::size_t> then_large(std::size_t count) {
  std::vector<std::size_t> sizes{small};
  sizes.resize(1 + count, large);
  return sizes;
}

}  // namespace

LEAT_BOTH_SURFACES("what is left of a large body is read in large pieces from the start") {
  scene<Surface> all;
  CHECK(all.get(sized(mebibyte)).size() == mebibyte);
  CHECK(all.wire.sizes() == then_large(16));
}

LEAT_BOTH_SURFACES("a large body is known by its length, however little comes with its head") {
  scene<Surface> all;
  all.wire.most_at_once = 100;
  CHECK(all.get(sized(100'000)).size() == 100'000);
  auto sizes = all.wire.sizes();
  sizes.resize(3);
  CHECK(sizes == then_large(2));
}

LEAT_BOTH_SURFACES("a body that is not quite large is read in one piece of its size") {
  scene<Surface> all;
  const std::string text = sized(40'000);
  CHECK(all.get(text).size() == 40'000);
  CHECK(all.wire.sizes() == std::vector{small, text.size() - small});
}

LEAT_BOTH_SURFACES("a small answer is read in one small read") {
  scene<Surface> all;
  CHECK(all.get(sized(5)).size() == 5);
  CHECK(all.wire.sizes() == std::vector{small});
}

LEAT_BOTH_SURFACES("a body of unknown length is read in large pieces as soon as a read is full") {
  scene<Surface> all;
  CHECK(all.get(chunked(32, 32'768)).size() == mebibyte);
  CHECK(all.wire.sizes() == then_large(16));
  // Until its connection ends, which is a read of its own.
  CHECK(all.get("HTTP/1.1 200 OK\r\n\r\n" + std::string(mebibyte, 'x')).size() == mebibyte);
  CHECK(all.wire.sizes() == then_large(17));
}

LEAT_BOTH_SURFACES("a body of unknown length that comes little by little is read in small pieces") {
  scene<Surface> all;
  all.wire.most_at_once = small - 1;
  CHECK(all.get(chunked(4, 32'768)).size() == 131'072);
  for (const auto size : all.wire.sizes()) CHECK(size == small);
}

LEAT_BOTH_SURFACES("the answer behind a large one begins with a small read again") {
  scene<Surface> all;
  CHECK(all.get(sized(mebibyte)).size() == mebibyte);
  static_cast<void>(all.wire.sizes());
  CHECK(all.get(sized(5)).size() == 5);
  CHECK(all.wire.sizes() == std::vector{small});
  CHECK(all.get(chunked(1, 100'000)).size() == 100'000);
  CHECK(all.wire.sizes() == then_large(2));
}

LEAT_BOTH_SURFACES("a body that says how long it is takes no more memory than that") {
  scene<Surface> all;
  all.wire.text = sized(700'000);
  const auto answer = all.api.get("http://a.test/");
  CHECK(answer.content().size() == 700'000);
  CHECK(answer.content().capacity() == 700'000);
}

LEAT_BOTH_SURFACES("a length that is a lie takes no memory in advance") {
  scene<Surface> all;
  all.wire.text = "HTTP/1.1 200 OK\r\nContent-Length: 4000000000000000000\r\n\r\nx";
  CHECK_THROWS_AS(static_cast<void>(all.api.get("http://a.test/")), http::remote_protocol_error);
}
