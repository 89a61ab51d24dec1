// SPDX-License-Identifier: MIT
#include "leat/testing/scripted_peer.hpp"

#include <array>
#include <span>
#include <stdexcept>
#include <utility>

#include "leat/coro/executor.hpp"
#include "leat/coro/sleep.hpp"

namespace leat::testing {
namespace {

enum class step_kind {
  accept,
  expect,
  expect_until,
  expect_close,
  answer,
  answer_slowly,
  pause,
  close
};

struct step {
  step_kind kind;
  std::string bytes;
  duration time{};
};

// Nothing that a test waits for takes an hour of virtual time.
constexpr duration patience = std::chrono::hours(1);

std::string quoted(std::string_view text) {
  std::string shown = "\"";
  for (const char c : text) {
    if (c == '\r') {
      shown += "\\r";
    } else if (c == '\n') {
      shown += "\\n";
    } else {
      shown += c;
    }
  }
  return shown + "\"";
}

}  // namespace

class scripted_peer::impl {
 public:
  impl(io::network& net, const io::endpoint& at) : listener_(net.listen(at)) {}

  task<void> play() {
    for (; position_ < script.size(); ++position_) co_await perform(script[position_]);
    require_nothing_unread("the end of the script");
  }

  std::vector<step> script;
  std::string received;

 private:
  task<void> perform(const step& now) {
    switch (now.kind) {
      case step_kind::accept:
        require_nothing_unread("the next connection");
        stream_.reset();
        stream_ = co_await listener_->accept();
        break;
      case step_kind::expect: co_await expect(now.bytes); break;
      case step_kind::expect_until: co_await expect_until(now.bytes); break;
      case step_kind::expect_close:
        if (!unread_.empty() || co_await read_more()) fail("the end of the connection", unread_);
        break;
      case step_kind::answer:
        co_await stream().write_all(as_bytes(now.bytes), deadline_after(patience));
        break;
      case step_kind::answer_slowly:
        for (const char& c : now.bytes) {
          co_await sleep_for(now.time);
          co_await stream().write_all(as_bytes({&c, 1}), deadline_after(patience));
        }
        break;
      case step_kind::pause: co_await sleep_for(now.time); break;
      case step_kind::close:
        stream_.reset();
        unread_.clear();
        break;
    }
  }

  task<void> expect(const std::string& bytes) {
    while (unread_.size() < bytes.size()) {
      if (!bytes.starts_with(unread_)) fail(quoted(bytes), unread_);
      if (!co_await read_more()) fail(quoted(bytes), unread_ + "<end>");
    }
    if (!unread_.starts_with(bytes)) fail(quoted(bytes), unread_);
    unread_.erase(0, bytes.size());
  }

  task<void> expect_until(const std::string& bytes) {
    std::size_t at = 0;
    while ((at = unread_.find(bytes)) == std::string::npos) {
      if (!co_await read_more()) fail("... " + quoted(bytes), unread_ + "<end>");
    }
    unread_.erase(0, at + bytes.size());
  }

  task<bool> read_more() {
    std::array<std::byte, 4096> part{};
    const auto size = co_await stream().read_some(part, deadline_after(patience));
    const auto text = as_text(std::span(part).first(size));
    unread_ += text;
    received += text;
    co_return size != 0;
  }

  io::async_stream& stream() {
    if (stream_ == nullptr) throw std::logic_error("scripted_peer: no connection; accept() first");
    return *stream_;
  }

  void require_nothing_unread(const char* expected) const {
    if (!unread_.empty()) fail(expected, unread_);
  }

  [[noreturn]] void fail(const std::string& expected, std::string_view got) const {
    throw std::logic_error("scripted_peer: step " + std::to_string(position_ + 1) + " expected " +
                           expected + " but got " + quoted(got));
  }

  std::unique_ptr<io::listener> listener_;
  std::unique_ptr<io::async_stream> stream_;
  std::string unread_;
  std::size_t position_ = 0;
};

scripted_peer::scripted_peer(io::network& net, const io::endpoint& at)
    : impl_(make_impl<impl>(net, at)) {}
scripted_peer::~scripted_peer() = default;

scripted_peer& scripted_peer::accept() {
  impl_->script.push_back({step_kind::accept, {}});
  return *this;
}
scripted_peer& scripted_peer::expect(std::string bytes) {
  impl_->script.push_back({step_kind::expect, std::move(bytes)});
  return *this;
}
scripted_peer& scripted_peer::expect_until(std::string bytes) {
  impl_->script.push_back({step_kind::expect_until, std::move(bytes)});
  return *this;
}
scripted_peer& scripted_peer::expect_close() {
  impl_->script.push_back({step_kind::expect_close, {}});
  return *this;
}
scripted_peer& scripted_peer::answer(std::string bytes) {
  impl_->script.push_back({step_kind::answer, std::move(bytes)});
  return *this;
}
scripted_peer& scripted_peer::answer_slowly(std::string bytes, duration pause) {
  impl_->script.push_back({step_kind::answer_slowly, std::move(bytes), pause});
  return *this;
}
scripted_peer& scripted_peer::pause(duration time) {
  impl_->script.push_back({step_kind::pause, {}, time});
  return *this;
}
scripted_peer& scripted_peer::close() {
  impl_->script.push_back({step_kind::close, {}});
  return *this;
}

task<void> scripted_peer::play() {
  return impl_->play();
}

const std::string& scripted_peer::received() const noexcept {
  return impl_->received;
}

}  // namespace leat::testing
