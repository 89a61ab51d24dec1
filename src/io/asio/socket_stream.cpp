// SPDX-License-Identifier: MIT
#include "io/asio/socket_stream.hpp"

#include <cerrno>

#include <boost/asio/buffer.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "leat/coro/sleep.hpp"
#include "leat/io/error.hpp"

namespace leat::io::asio_backend {
namespace {

std::error_code last_error() noexcept {
  return {errno, std::system_category()};
}

class read_operation final : public operation {
 public:
  read_operation(stream_socket& socket, const std::string& peer, std::span<std::byte> into,
                 operation_slot& slot, deadline until) noexcept
      : operation(slot, until), socket_(socket), peer_(peer), into_(into) {}

  void await_resume() const noexcept {}

 private:
  void initiate(handler on_end) override {
    socket_.async_read_some(asio::buffer(into_.data(), into_.size()), on_end);
  }
  void describe(wait_description& to) const noexcept override {
    to.add("read from ");
    to.add(peer_);
  }

  stream_socket& socket_;
  const std::string& peer_;
  std::span<std::byte> into_;
};

class write_operation final : public operation {
 public:
  write_operation(stream_socket& socket, const std::string& peer, std::span<const std::byte> from,
                  operation_slot& slot, deadline until) noexcept
      : operation(slot, until), socket_(socket), peer_(peer), from_(from) {}

  void await_resume() const noexcept {}

 private:
  void initiate(handler on_end) override {
    socket_.async_write_some(asio::buffer(from_.data(), from_.size()), on_end);
  }
  void describe(wait_description& to) const noexcept override {
    to.add("write to ");
    to.add(peer_);
  }

  stream_socket& socket_;
  const std::string& peer_;
  std::span<const std::byte> from_;
};

class socket_stream final : public async_stream {
 public:
  socket_stream(stream_socket socket, std::string peer_name)
      : socket_(std::move(socket)), peer_name_(std::move(peer_name)) {
    socket_.non_blocking(true);
    const int on = 1;
    // Fails on Unix sockets, which have no such delay to switch off.
    ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }

  task<std::size_t> read_some(std::span<std::byte> into, deadline until) override {
    co_await stop_if_requested();
    if (may_have_input_ && may_go_on_inline()) {
      const ssize_t size = receive(into, 0);
      if (size >= 0) co_return note_read(note_inline(static_cast<std::size_t>(size)), into);
      may_have_input_ = false;
      if (errno != EAGAIN) throw_read_error(last_error());
    }
    read_operation reading(socket_, peer_name_, into, read_slot_, until);
    co_await reading;
    inline_work_ = 0;
    if (!reading.error()) co_return note_read(reading.size(), into);
    if (reading.error() == asio::error::eof) co_return 0;
    if (reading.has_timed_out()) {
      throw read_timeout("read timed out: no data from " + peer_name_ + " in time");
    }
    throw_read_error(reading.error());
  }

  task<void> write_all(std::span<const std::byte> from, deadline until) override {
    co_await stop_if_requested();
    while (!from.empty()) {
      // The socket's buffer has room nearly always, so the kernel is asked first.
      if (may_go_on_inline()) {
        const ssize_t sent =
            ::send(socket_.native_handle(), from.data(), from.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
          from = from.subspan(note_inline(static_cast<std::size_t>(sent)));
          continue;
        }
        if (errno == EINTR) continue;
        if (errno != EAGAIN) throw_write_error(last_error());
      }
      write_operation writing(socket_, peer_name_, from, write_slot_, until);
      co_await writing;
      inline_work_ = 0;
      if (writing.error()) {
        if (writing.has_timed_out()) {
          throw write_timeout("write timed out: " + peer_name_ + " does not read in time");
        }
        throw_write_error(writing.error());
      }
      from = from.subspan(writing.size());
    }
  }

  std::optional<std::size_t> try_read_some(std::span<std::byte> into) override {
    if (!may_go_on_inline()) return std::nullopt;
    const ssize_t size = receive(into, 0);
    if (size >= 0) return note_read(note_inline(static_cast<std::size_t>(size)), into);
    may_have_input_ = false;
    if (errno != EAGAIN) throw_read_error(last_error());
    return std::nullopt;
  }

  std::optional<std::size_t> try_write_some(std::span<const std::byte> from) override {
    while (may_go_on_inline()) {
      const ssize_t sent =
          ::send(socket_.native_handle(), from.data(), from.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent >= 0) return note_inline(static_cast<std::size_t>(sent));
      if (errno == EINTR) continue;
      if (errno == EAGAIN) break;
      throw_write_error(last_error());
    }
    return std::nullopt;
  }

  task<void> shut_down_write(deadline /*until*/) override {
    if (::shutdown(socket_.native_handle(), SHUT_WR) != 0) throw_write_error(last_error());
    co_return;
  }

  task<void> close(deadline /*until*/) override {
    boost::system::error_code ignored;
    socket_.close(ignored);
    co_return;
  }

  bool is_idle_and_open() noexcept override {
    if (!socket_.is_open()) return false;
    std::byte probe{};
    return receive({&probe, 1}, MSG_PEEK) < 0 && errno == EAGAIN;
  }

  const std::string& peer_name() const noexcept override { return peer_name_; }

 private:
  // A peer that always has bytes, or always room, must not keep the loop from everything else:
  // after so much work the next transfer goes through the loop. The share for the system call
  // itself makes many small transfers count, too.
  static constexpr std::size_t most_inline_work = std::size_t{256} << 10;
  static constexpr std::size_t work_per_call = std::size_t{4} << 10;

  [[nodiscard]] bool may_go_on_inline() const noexcept { return inline_work_ < most_inline_work; }
  std::size_t note_inline(std::size_t size) noexcept {
    inline_work_ += size + work_per_call;
    return size;
  }

  ssize_t receive(std::span<std::byte> into, int flags) noexcept {
    for (;;) {
      const ssize_t size =
          ::recv(socket_.native_handle(), into.data(), into.size(), flags | MSG_DONTWAIT);
      if (size >= 0 || errno != EINTR) return size;
    }
  }

  // A short read has emptied the socket: asking the kernel again would be in vain.
  std::size_t note_read(std::size_t size, std::span<std::byte> into) noexcept {
    may_have_input_ = size == into.size();
    return size;
  }

  [[noreturn]] void throw_read_error(std::error_code cause) const {
    throw read_error("read failed: connection with " + peer_name_ + ": " + cause.message(), cause);
  }
  [[noreturn]] void throw_write_error(std::error_code cause) const {
    throw write_error("write failed: connection with " + peer_name_ + ": " + cause.message(),
                      cause);
  }

  stream_socket socket_;
  operation_slot read_slot_;
  operation_slot write_slot_;
  std::string peer_name_;
  std::size_t inline_work_ = 0;  // since the loop last had its turn
  bool may_have_input_ = false;
};

}  // namespace

protocol protocol_of(const socket_address& address) noexcept {
  return {address.family(), address.family() == AF_UNIX ? 0 : IPPROTO_TCP};
}

protocol::endpoint endpoint_of(const socket_address& address) {
  return {address.data(), address.size, protocol_of(address).protocol()};
}

std::unique_ptr<async_stream> make_socket_stream(stream_socket socket, std::string peer_name) {
  return std::make_unique<socket_stream>(std::move(socket), std::move(peer_name));
}

}  // namespace leat::io::asio_backend
