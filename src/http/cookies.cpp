// SPDX-License-Identifier: MIT
#include "leat/http/cookies.hpp"

#include <chrono>
#include <mutex>

#include "leat/base/error.hpp"
#include "leat/http/error.hpp"

namespace leat::http {
namespace {

// The wall clock: that is what a server means when it says until when a cookie is good.
proto::wall_time now() noexcept {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace

class cookies::impl {
 public:
  explicit impl(proto::cookie_limits limits) : jar(limits) {}

  std::mutex mutex;
  proto::cookie_jar jar;
};

cookies::cookies(proto::cookie_limits limits) : impl_(std::make_unique<impl>(limits)) {}

cookies::~cookies() = default;

std::optional<std::string> cookies::get(std::string_view name, std::string_view domain,
                                        std::string_view path) const {
  const std::lock_guard lock(impl_->mutex);
  auto found = impl_->jar.find(name, domain, path);
  if (found.empty()) return std::nullopt;
  if (found.size() > 1) throw cookie_conflict(std::string(name), found.size());
  return std::move(found.front().value);
}

void cookies::set(std::string name, std::string value, std::string host) {
  proto::cookie made;
  made.name = std::move(name);
  made.value = std::move(value);
  made.domain = std::move(host);
  set(std::move(made));
}

void cookies::set(proto::cookie made) {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->jar.set(std::move(made), now()) != proto::cookie_refusal::none) {
    throw invalid_argument("the cookie cannot be sent as it is");
  }
}

std::size_t cookies::remove(std::string_view name, std::string_view domain, std::string_view path) {
  const std::lock_guard lock(impl_->mutex);
  return impl_->jar.remove(name, domain, path);
}

void cookies::clear(std::string_view domain) {
  const std::lock_guard lock(impl_->mutex);
  impl_->jar.clear(domain);
}

std::vector<proto::cookie> cookies::all() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->jar.all();
}

std::string cookies::save() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->jar.save();
}

void cookies::load(std::string_view text) {
  const std::lock_guard lock(impl_->mutex);
  std::size_t bad_line = 0;
  if (impl_->jar.load(text, now(), bad_line)) {
    throw invalid_argument("line " + std::to_string(bad_line) + " of the cookies cannot be read");
  }
}

std::string cookies::header_for(const proto::url& to) {
  const std::lock_guard lock(impl_->mutex);
  return impl_->jar.header_for(to, now());
}

void cookies::store(const proto::url& from, const http::headers& answer) {
  if (!answer.contains("set-cookie")) return;
  const std::lock_guard lock(impl_->mutex);
  for (const auto each : answer.get_all("set-cookie")) {
    // What a server may not set is not kept, and is no reason to refuse its answer.
    static_cast<void>(impl_->jar.store(each, from, now()));
  }
}

}  // namespace leat::http
