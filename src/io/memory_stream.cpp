// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstring>

#include "leat/coro/sleep.hpp"
#include "leat/io/error.hpp"
#include "leat/io/stream.hpp"

namespace leat::io {
namespace {

struct pipe;

/// That one end of a pipe has something to do.
template <bool (*IsReady)(const pipe&) noexcept>
class change_signal final : public readiness {
 public:
  explicit change_signal(const pipe& of) noexcept : pipe_(of) {}
  [[nodiscard]] bool is_ready() const noexcept override { return IsReady(pipe_); }

 private:
  const pipe& pipe_;
};

bool is_readable(const pipe& of) noexcept;
bool is_writable(const pipe& of) noexcept;

/// One direction of a pair.
struct pipe {
  explicit pipe(std::size_t most) noexcept : capacity(most) {}
  pipe(const pipe&) = delete;
  pipe& operator=(const pipe&) = delete;

  byte_buffer bytes;
  std::size_t capacity;
  bool is_finished = false;   // the writer will write no more
  bool is_abandoned = false;  // the reader is gone
  change_signal<is_readable> readable{*this};
  change_signal<is_writable> writable{*this};
};

bool is_readable(const pipe& of) noexcept {
  return !of.bytes.is_empty() || of.is_finished || of.is_abandoned;
}
bool is_writable(const pipe& of) noexcept {
  return of.bytes.size() < of.capacity || of.is_finished || of.is_abandoned;
}

class memory_stream final : public async_stream {
 public:
  memory_stream(std::shared_ptr<pipe> in, std::shared_ptr<pipe> out) noexcept
      : in_(std::move(in)), out_(std::move(out)) {}
  ~memory_stream() override { abandon(); }

  task<std::size_t> read_some(std::span<std::byte> into, deadline until) override {
    co_await stop_if_requested();
    for (;;) {
      if (const auto size = try_read_some(into)) co_return *size;
      if (!co_await in_->readable.wait("read from ", peer_name(), until)) {
        detail::throw_read_timeout(peer_name());
      }
    }
  }

  task<void> write_all(std::span<const std::byte> from, deadline until) override {
    co_await stop_if_requested();
    for (;;) {
      if (const auto size = try_write_some(from)) {
        from = from.subspan(*size);
        if (from.empty()) co_return;
      } else if (!co_await out_->writable.wait("write to ", peer_name(), until)) {
        throw write_timeout("write timed out: " + peer_name() + " does not read in time");
      }
    }
  }

  std::optional<std::size_t> try_read_some(std::span<std::byte> into) override {
    if (is_closed_) throw_closed<read_error>("read failed");
    const std::size_t size = std::min(into.size(), in_->bytes.size());
    if (size == 0) return in_->is_finished ? std::optional<std::size_t>(0) : std::nullopt;
    std::memcpy(into.data(), in_->bytes.bytes().data(), size);
    in_->bytes.consume(size);
    in_->writable.wake();
    return size;
  }

  readiness* input_to_wait_for() noexcept override { return &in_->readable; }

  std::optional<std::size_t> try_write_some(std::span<const std::byte> from) override {
    if (is_closed_ || out_->is_finished) throw_closed<write_error>("write failed");
    if (out_->is_abandoned) {
      throw write_error("write failed: connection with " + peer_name() + ": the peer is gone",
                        std::make_error_code(std::errc::broken_pipe));
    }
    if (from.empty()) return 0;
    const std::size_t room = out_->capacity - std::min(out_->capacity, out_->bytes.size());
    if (room == 0) return std::nullopt;
    const auto part = from.first(std::min(room, from.size()));
    out_->bytes.append(as_text(part));
    out_->readable.wake();
    return part.size();
  }

  task<void> shut_down_write(deadline /*until*/) override {
    if (is_closed_) throw_closed<write_error>("write failed");
    finish_output();
    co_return;
  }

  task<void> close(deadline /*until*/) override {
    abandon();
    co_return;
  }

  bool is_idle_and_open() noexcept override {
    return !is_closed_ && in_->bytes.is_empty() && !in_->is_finished;
  }

  const std::string& peer_name() const noexcept override {
    static const std::string name = "memory";
    return name;
  }

 private:
  template <class Error>
  [[noreturn]] static void throw_closed(const char* what) {
    throw Error(std::string(what) + ": the stream is closed",
                std::make_error_code(std::errc::not_connected));
  }

  void finish_output() noexcept {
    out_->is_finished = true;
    out_->readable.wake();
  }

  void abandon() noexcept {
    if (std::exchange(is_closed_, true)) return;
    finish_output();
    in_->is_abandoned = true;
    in_->writable.wake();
    // Our own tasks that wait, too: they fail, as they would on a socket.
    in_->readable.wake();
    out_->writable.wake();
  }

  std::shared_ptr<pipe> in_;
  std::shared_ptr<pipe> out_;
  bool is_closed_ = false;
};

}  // namespace

std::pair<std::unique_ptr<async_stream>, std::unique_ptr<async_stream>> make_stream_pair(
    std::size_t capacity) {
  auto forth = std::make_shared<pipe>(capacity);
  auto back = std::make_shared<pipe>(capacity);
  return {std::make_unique<memory_stream>(back, forth),
          std::make_unique<memory_stream>(forth, back)};
}

}  // namespace leat::io
