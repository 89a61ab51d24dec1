// SPDX-License-Identifier: MIT
#include "leat/http/body_source.hpp"

#include <functional>
#include <utility>

#include "leat/coro/stream.hpp"
#include "leat/http/transport.hpp"
#include "leat/io/policy.hpp"

namespace leat::http {
namespace {

template <class Io>
typename Io::template task<void> nothing() {
  co_return;
}

class streamed final : public async_body_source {
 public:
  streamed(leat::stream<std::string> pieces, std::optional<std::uint64_t> size)
      : pieces_(std::move(pieces)), size_(size) {}

  task<std::optional<std::string>> next() override { co_return co_await pieces_.next(); }
  std::optional<std::uint64_t> size() const noexcept override { return size_; }

 private:
  leat::stream<std::string> pieces_;
  std::optional<std::uint64_t> size_;
};

class generated final : public body_source {
 public:
  generated(std::function<std::optional<std::string>()> generate, std::optional<std::uint64_t> size)
      : generate_(std::move(generate)), size_(size) {}

  std::optional<std::string> next() override { return generate_(); }
  std::optional<std::uint64_t> size() const noexcept override { return size_; }

 private:
  std::function<std::optional<std::string>()> generate_;
  std::optional<std::uint64_t> size_;
};

}  // namespace

template <class Io>
typename Io::template result<void> basic_body_source<Io>::prepare() {
  return Io::expose(nothing<Io>());
}

template <class Io>
std::unique_ptr<typename Io::stream> basic_response_body<Io>::take_stream() {
  return nullptr;
}

template class basic_response_body<io::async>;
template class basic_response_body<io::blocking>;
template class basic_body_source<io::async>;
template class basic_body_source<io::blocking>;

std::shared_ptr<async_body_source> stream_body(leat::stream<std::string> pieces,
                                               std::optional<std::uint64_t> size) {
  return std::make_shared<streamed>(std::move(pieces), size);
}

std::shared_ptr<body_source> generated_body(std::function<std::optional<std::string>()> generate,
                                            std::optional<std::uint64_t> size) {
  return std::make_shared<generated>(std::move(generate), size);
}

}  // namespace leat::http
