// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>

#include "leat/coro/mutex.hpp"
#include "leat/coro/refuse_on_loop.hpp"
#include "leat/io/error.hpp"
#include "leat/io/policy.hpp"
#include "leat/io/tls.hpp"

#include "io/tls/engine.hpp"

namespace leat::io {
namespace {

using step = tls_engine::step;

// A record of TLS has 16 KiB at most, and a little of its own.
constexpr std::size_t record_size = std::size_t{16} << 10;
constexpr std::size_t read_size = record_size + (std::size_t{1} << 10);
// What is encrypted before it is sent.
constexpr std::size_t most_pending = std::size_t{64} << 10;

/// Two tasks may use a stream, one reading and one writing, and TLS may have something to send for
/// either. Threads have a stream for themselves.
template <class Io>
class send_lock {
 public:
  auto acquire() { return mutex_.lock(); }
  [[nodiscard]] bool is_held() const noexcept { return mutex_.is_locked(); }

 private:
  mutex mutex_;
};
template <>
class send_lock<blocking> {
 public:
  static ready<int> acquire() { return ready(0); }
  static bool is_held() noexcept { return false; }
};

/// An engine and the stream below it, for both surfaces.
template <class Io>
class tls_channel {
 public:
  using size_task = typename Io::template task<std::size_t>;
  using void_task = typename Io::template task<void>;

  tls_channel(std::unique_ptr<typename Io::stream> over, tls_context context, std::string host)
      : below_(std::move(over)), engine_(std::move(context), std::move(host)) {}

  void_task shake_hands(deadline until) {
    for (;;) {
      const step reached = engine_.shake_hands();
      // Also after a failure: the peer is told why.
      co_await flush(until);
      switch (reached) {
        case step::done: info_ = engine_.describe(); co_return;
        case step::needs_input: co_await receive(until); break;
        case step::closed:
        case step::truncated: fail_handshake("the peer has closed the connection");
        case step::failed: fail_handshake(engine_.failure());
      }
    }
  }

  size_task read_some(std::span<std::byte> into, deadline until) {
    co_await Io::checkpoint();
    for (;;) {
      if (is_closed_) throw_closed<read_error>("read failed");
      std::size_t size = 0;
      switch (engine_.read(into, size)) {
        case step::done: co_return size;
        case step::closed: co_return 0;
        case step::needs_input:
          if (engine_.has_output()) co_await flush(until);
          co_await receive(until);
          break;
        case step::truncated: {
          throw read_error("read failed: connection with " + peer_name() +
                           ": it ended without the end of TLS, so somebody may have cut it");
        }
        case step::failed: {
          throw read_error("read failed: connection with " + peer_name() + ": " +
                           engine_.failure());
        }
      }
    }
  }

  std::optional<std::size_t> try_read_some(std::span<std::byte> into) {
    if (is_closed_) throw_closed<read_error>("read failed");
    std::size_t size = 0;
    const step reached = engine_.read(into, size);
    if (reached == step::done) return size;
    if (reached == step::closed) return 0;
    return std::nullopt;
  }

  /// Writes until there is input for the application. Records that did not fit whole by then are
  /// sent by the next write, which begins with the same bytes.
  std::size_t write_until_input(std::span<const std::byte> from, deadline until) {
    std::size_t written = 0;
    while (written < from.size() && is_idle_and_open()) {
      const auto rest = from.subspan(written);
      while (encrypted_ < std::min(rest.size(), most_pending)) {
        std::size_t size = 0;
        if (engine_.write(rest.subspan(encrypted_), size) != step::done) throw_broken();
        encrypted_ += size;
      }
      engine_.take_output(out_);
      sending whole(is_broken_);
      out_.consume(below_->write_until_input(out_.bytes(), until));
      whole.is_done = true;
      if (out_.is_empty()) written += take_encrypted(rest.size());
    }
    return written;
  }

  /// A record that does not fit whole is sent by the next write, which begins with the same bytes.
  std::optional<std::size_t> try_write_some(std::span<const std::byte> from) {
    if (is_closed_) throw_closed<write_error>("write failed");
    if (is_broken_) throw_broken();
    if (from.empty()) return 0;
    if (lock_.is_held() || !send_at_once()) return std::nullopt;
    if (encrypted_ == 0) {
      if (engine_.write(from.first(std::min(from.size(), record_size)), encrypted_) != step::done) {
        throw_broken();
      }
      if (!send_at_once()) return std::nullopt;
    }
    return take_encrypted(from.size());
  }

  void_task write_all(std::span<const std::byte> from, deadline until) {
    co_await Io::checkpoint();
    if (is_closed_) throw_closed<write_error>("write failed");
    if (encrypted_ != 0) {
      from = from.subspan(take_encrypted(from.size()));
      co_await flush(until);
    }
    while (!from.empty()) {
      for (std::size_t pending = 0; pending < most_pending && !from.empty();) {
        std::size_t size = 0;
        if (is_broken_ || engine_.write(from, size) != step::done) throw_broken();
        from = from.subspan(size);
        pending += size;
      }
      co_await flush(until);
    }
  }

  void_task shut_down_write(deadline until) {
    if (is_closed_) throw_closed<write_error>("write failed");
    engine_.close();
    co_await flush(until);
  }

  void_task close(deadline until) {
    // A write that waits is woken by the end of what it writes to, and half a record has gone.
    if (!std::exchange(is_closed_, true) && !is_broken_ && !lock_.is_held()) {
      engine_.close();
      try {
        co_await flush(until);
      } catch (const io_error&) {
        // The peer is gone; there is nobody to take leave of.
      } catch (const write_timeout&) {
      }
    }
    co_await Io::close(*below_, until);
  }

  bool is_idle_and_open() noexcept {
    try {
      // Tickets come when the server likes, and are no reason to give a connection up.
      while (!is_broken_ && !is_closed_ && engine_.is_silent()) {
        if (below_->is_idle_and_open()) return true;
        const auto room = received_.prepare(read_size);
        const auto size = below_->try_read_some(room);
        if (!size || *size == 0) return false;
        engine_.feed(room.first(*size));
      }
    } catch (const std::exception&) {
      return false;
    }
    return false;
  }

  [[nodiscard]] const std::string& peer_name() const noexcept { return below_->peer_name(); }
  [[nodiscard]] std::string peer_address() const { return below_->peer_address(); }
  [[nodiscard]] const tls_info& info() const noexcept { return info_; }

 private:
  /// Half a record has been sent, whatever ended the sending: nothing can follow it.
  class sending {
   public:
    explicit sending(bool& is_broken) noexcept : is_broken_(is_broken) {}
    sending(const sending&) = delete;
    sending& operator=(const sending&) = delete;
    ~sending() {
      if (!is_done) is_broken_ = true;
    }
    bool is_done = false;

   private:
    bool& is_broken_;
  };

  /// What a try has encrypted of bytes that a writer comes with again.
  std::size_t take_encrypted(std::size_t most) noexcept {
    const std::size_t size = std::min(encrypted_, most);
    encrypted_ -= size;
    return size;
  }

  /// Returns whether everything that was encrypted has gone.
  bool send_at_once() {
    if constexpr (!Io::is_blocking) {
      engine_.take_output(out_);
      sending whole(is_broken_);
      while (!out_.is_empty()) {
        const auto size = below_->try_write_some(out_.bytes());
        if (!size) break;
        out_.consume(*size);
      }
      whole.is_done = true;
      if (out_.is_empty()) out_.release();
    }
    return out_.is_empty();
  }

  void_task flush(deadline until) {
    [[maybe_unused]] const auto held = co_await lock_.acquire();
    if (is_broken_) throw_broken();
    engine_.take_output(out_);
    if (out_.is_empty()) co_return;
    sending whole(is_broken_);
    co_await Io::write_all(*below_, out_.bytes(), until);
    whole.is_done = true;
    out_.clear();
    out_.release();
  }

  void_task receive(deadline until) {
    const auto room = received_.prepare(read_size);
    const std::size_t size = co_await Io::read_some(*below_, room.first(read_size), until);
    if (size == 0) {
      engine_.end_of_input();
    } else {
      engine_.feed(room.first(size));
    }
  }

  template <class Error>
  [[noreturn]] void throw_closed(const char* what) const {
    throw Error(std::string(what) + ": the stream to " + peer_name() + " is closed",
                std::make_error_code(std::errc::not_connected));
  }
  [[noreturn]] void throw_broken() const {
    throw write_error("write failed: connection with " + peer_name() +
                      ": an earlier write was not finished");
  }
  [[noreturn]] void fail_handshake(const std::string& why) const {
    throw tls_error("TLS with " + peer_name() + " failed: " + why);
  }

  std::unique_ptr<typename Io::stream> below_;
  tls_engine engine_;
  tls_info info_;
  byte_buffer out_;
  byte_buffer received_;
  std::size_t encrypted_ = 0;  // of what try_write_some() did not send
  send_lock<Io> lock_;
  bool is_broken_ = false;
  bool is_closed_ = false;
};

class async_channel_stream final : public async_tls_stream {
 public:
  async_channel_stream(std::unique_ptr<async_stream> over, tls_context context, std::string host)
      : channel_(std::move(over), std::move(context), std::move(host)) {}

  task<std::size_t> read_some(std::span<std::byte> into, deadline until) override {
    return channel_.read_some(into, until);
  }
  task<void> write_all(std::span<const std::byte> from, deadline until) override {
    return channel_.write_all(from, until);
  }
  std::optional<std::size_t> try_read_some(std::span<std::byte> into) override {
    return channel_.try_read_some(into);
  }
  std::optional<std::size_t> try_write_some(std::span<const std::byte> from) override {
    return channel_.try_write_some(from);
  }
  task<void> shut_down_write(deadline until) override { return channel_.shut_down_write(until); }
  task<void> close(deadline until) override { return channel_.close(until); }
  bool is_idle_and_open() noexcept override { return channel_.is_idle_and_open(); }
  const std::string& peer_name() const noexcept override { return channel_.peer_name(); }
  std::string peer_address() const override { return channel_.peer_address(); }
  const tls_info& tls() const noexcept override { return channel_.info(); }

  tls_channel<async>& channel() noexcept { return channel_; }

 private:
  tls_channel<async> channel_;
};

class blocking_channel_stream final : public blocking_tls_stream {
 public:
  blocking_channel_stream(std::unique_ptr<blocking_stream> over, tls_context context,
                          std::string host)
      : channel_(std::move(over), std::move(context), std::move(host)) {}

  std::size_t read_some(std::span<std::byte> into, deadline until) override {
    return run_blocking(channel_.read_some(into, until));
  }
  void write_all(std::span<const std::byte> from, deadline until) override {
    run_blocking(channel_.write_all(from, until));
  }
  std::size_t write_until_input(std::span<const std::byte> from, deadline until) override {
    return channel_.write_until_input(from, until);
  }
  std::optional<std::size_t> try_read_some(std::span<std::byte> into) override {
    return channel_.try_read_some(into);
  }
  void shut_down_write(deadline until) override { run_blocking(channel_.shut_down_write(until)); }
  void close(deadline until) noexcept override {
    try {
      run_blocking(channel_.close(until));
    } catch (const std::exception&) {
      // Whatever it was, the connection is closed with its stream.
    }
  }
  bool is_idle_and_open() noexcept override { return channel_.is_idle_and_open(); }
  const std::string& peer_name() const noexcept override { return channel_.peer_name(); }
  std::string peer_address() const override { return channel_.peer_address(); }
  const tls_info& tls() const noexcept override { return channel_.info(); }

  tls_channel<blocking>& channel() noexcept { return channel_; }

 private:
  tls_channel<blocking> channel_;
};

template <class Io>
struct channel_stream;
template <>
struct channel_stream<async> {
  using type = async_channel_stream;
  using base = async_tls_stream;
};
template <>
struct channel_stream<blocking> {
  using type = blocking_channel_stream;
  using base = blocking_tls_stream;
};

template <class Io>
typename Io::template task<std::unique_ptr<typename channel_stream<Io>::base>> begin_tls(
    std::unique_ptr<typename Io::stream> over, tls_context context, std::string host,
    deadline until) {
  auto made = std::make_unique<typename channel_stream<Io>::type>(
      std::move(over), std::move(context), std::move(host));
  bool is_late = false;
  try {
    co_await made->channel().shake_hands(until);
  } catch (const read_timeout&) {
    is_late = true;
  } catch (const write_timeout&) {
    is_late = true;
  }
  if (is_late) {
    throw connect_timeout("connect timed out: TLS with " + made->peer_name() +
                          " was not agreed on in time");
  }
  co_return std::move(made);
}

}  // namespace

task<std::unique_ptr<async_tls_stream>> connect_tls(std::unique_ptr<async_stream> over,
                                                    tls_context context, std::string host,
                                                    deadline until) {
  return begin_tls<async>(std::move(over), std::move(context), std::move(host), until);
}

std::unique_ptr<blocking_tls_stream> connect_tls(std::unique_ptr<blocking_stream> over,
                                                 tls_context context, std::string host,
                                                 deadline until) {
  refuse_on_loop("io::connect_tls over an async_stream");
  return run_blocking(
      begin_tls<blocking>(std::move(over), std::move(context), std::move(host), until));
}

task<std::unique_ptr<async_tls_stream>> accept_tls(std::unique_ptr<async_stream> over,
                                                   tls_context context, deadline until) {
  return begin_tls<async>(std::move(over), std::move(context), {}, until);
}

}  // namespace leat::io
