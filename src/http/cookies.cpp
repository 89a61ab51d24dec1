// SPDX-License-Identifier: MIT
#include "leat/http/cookies.hpp"

#include <atomic>
#include <chrono>
#include <mutex>

#include "leat/base/error.hpp"
#include "leat/http/error.hpp"
#include "leat/proto/fields/ascii.hpp"

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
  std::atomic<bool> has_any = false;  // looked at without the lock: most jars stay empty
};

/// The jar while it is changed.
class cookies::changing {
 public:
  explicit changing(impl& which) : of_(which), lock_(which.mutex) {}
  changing(const changing&) = delete;
  changing& operator=(const changing&) = delete;
  ~changing() { of_.has_any = of_.jar.size() != 0; }

  proto::cookie_jar* operator->() const noexcept { return &of_.jar; }

 private:
  impl& of_;
  const std::lock_guard<std::mutex> lock_;
};

cookies::cookies(proto::cookie_limits limits) : impl_(make_impl<impl>(limits)) {}

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
  made.domain = proto::lower_case(host);
  set(std::move(made));
}

void cookies::set(proto::cookie made) {
  const changing jar(*impl_);
  if (jar->set(std::move(made), now()) != proto::cookie_refusal::none) {
    throw invalid_argument("the cookie cannot be sent as it is");
  }
}

std::size_t cookies::remove(std::string_view name, std::string_view domain, std::string_view path) {
  const changing jar(*impl_);
  return jar->remove(name, domain, path);
}

void cookies::clear(std::string_view domain) {
  const changing jar(*impl_);
  jar->clear(domain);
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
  const changing jar(*impl_);
  std::size_t bad_line = 0;
  if (jar->load(text, now(), bad_line)) {
    throw invalid_argument("line " + std::to_string(bad_line) + " of the cookies cannot be read");
  }
}

std::string cookies::header_for(const proto::url& to) {
  if (!impl_->has_any) return {};
  const changing jar(*impl_);
  return jar->header_for(to, now());
}

void cookies::store(const proto::url& from, const http::headers& answer) {
  if (!answer.contains("set-cookie")) return;
  const changing jar(*impl_);
  for (const auto each : answer.get_all("set-cookie")) {
    // What a server may not set is not kept, and is no reason to refuse its answer.
    static_cast<void>(jar->store(each, from, now()));
  }
}

}  // namespace leat::http
