// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "leat/http/auth.hpp"
#include "leat/http/error.hpp"
#include "leat/http/status.hpp"
#include "leat/proto/fields/ascii.hpp"
#include "leat/proto/hash/hash.hpp"

#include "http/random_text.hpp"

// RFC 7616. The challenge of a server is kept by its origin, so that only the first request to it
// takes two rounds; the count of uses of its nonce goes up with each.

namespace leat::http {
namespace {

using proto::hash_algorithm;

struct algorithm_name {
  std::string_view name;
  hash_algorithm hash;
  bool is_session;
  int strength;
};

// SHA and SHA-512 are in no RFC; there are servers that ask for them, and clients that answer.
constexpr std::array<algorithm_name, 10> known_algorithms{{
    {"MD5", hash_algorithm::md5, false, 1},
    {"MD5-sess", hash_algorithm::md5, true, 1},
    {"SHA", hash_algorithm::sha1, false, 2},
    {"SHA-sess", hash_algorithm::sha1, true, 2},
    {"SHA-256", hash_algorithm::sha256, false, 3},
    {"SHA-256-sess", hash_algorithm::sha256, true, 3},
    {"SHA-512-256", hash_algorithm::sha512_256, false, 4},
    {"SHA-512-256-sess", hash_algorithm::sha512_256, true, 4},
    {"SHA-512", hash_algorithm::sha512, false, 5},
    {"SHA-512-sess", hash_algorithm::sha512, true, 5},
}};

struct challenge {
  std::string realm;
  std::string nonce;
  std::optional<std::string> opaque;
  std::optional<std::string> algorithm;  // as the server spelt it
  const algorithm_name* method = nullptr;
  bool has_qop = false;
  bool hashes_user = false;
  bool is_stale = false;
};

using parameters = std::vector<std::pair<std::string, std::string>>;

/// One scheme of a WWW-Authenticate field and its parameters (RFC 9110, section 11.6.1).
struct offered {
  std::string scheme;
  parameters given;
};

class challenge_reader {
 public:
  explicit challenge_reader(std::string_view text) noexcept : rest_(text) {}

  /// What was offered, up to the first thing that cannot be read.
  std::vector<offered> read() {
    std::vector<offered> all;
    for (;;) {
      skip(" \t,");
      std::string word = take_token();
      if (word.empty()) return all;
      skip(" \t");
      if (!take('=')) {
        all.push_back({std::move(word), {}});
        continue;
      }
      skip(" \t");
      std::optional<std::string> value = rest_.starts_with('"') ? take_quoted() : take_token();
      if (all.empty() || !value) return all;
      all.back().given.emplace_back(std::move(word), std::move(*value));
    }
  }

 private:
  void skip(std::string_view characters) noexcept {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(characters), rest_.size()));
  }
  bool take(char c) noexcept {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string take_token() {
    const std::size_t size = std::min(rest_.find_first_of(" \t,=\""), rest_.size());
    std::string token(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return token;
  }
  std::optional<std::string> take_quoted() {
    rest_.remove_prefix(1);
    std::string text;
    while (!rest_.empty() && rest_.front() != '"') {
      if (rest_.front() == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
      text += rest_.front();
      rest_.remove_prefix(1);
    }
    if (!take('"')) return std::nullopt;
    return text;
  }

  std::string_view rest_;
};

[[noreturn]] void throw_unsupported(const proto::url& from, std::string_view what) {
  // It comes from the peer, so it may be long and hold anything.
  constexpr std::size_t most_shown = 64;
  std::string shown(what.substr(0, most_shown));
  std::ranges::replace_if(shown, [](char c) { return c < ' ' || c > '~'; }, '?');
  throw unsupported_challenge("digest authentication with " + std::string(from.origin()) +
                              " asks for what is not known here: " + shown);
}

const algorithm_name* find_algorithm(std::string_view name) noexcept {
  const auto found = std::ranges::find_if(known_algorithms, [name](const auto& each) {
    return proto::equals_ignoring_case(each.name, name);
  });
  return found == known_algorithms.end() ? nullptr : &*found;
}

bool offers_auth(std::string_view qualities) noexcept {
  while (!qualities.empty()) {
    const std::size_t size = std::min(qualities.find_first_of(" \t,"), qualities.size());
    if (proto::equals_ignoring_case(qualities.substr(0, size), "auth")) return true;
    qualities.remove_prefix(std::min(size + 1, qualities.size()));
  }
  return false;
}

/// A challenge that can be met; or else what it asks for that we do not have, if that is why.
struct reading {
  std::optional<challenge> made;
  std::string unknown;
};

reading read_challenge(const offered& from) {
  if (!proto::equals_ignoring_case(from.scheme, "digest")) return {};
  challenge made;
  std::string unknown;
  bool has_nonce = false;
  for (const auto& [name, value] : from.given) {
    const auto is = [&given = name](std::string_view wanted) {
      return proto::equals_ignoring_case(given, wanted);
    };
    if (is("realm")) {
      made.realm = value;
    } else if (is("nonce")) {
      made.nonce = value;
      has_nonce = true;
    } else if (is("opaque")) {
      made.opaque = value;
    } else if (is("algorithm")) {
      made.algorithm = value;
    } else if (is("stale")) {
      made.is_stale = proto::equals_ignoring_case(value, "true");
    } else if (is("userhash")) {
      made.hashes_user = proto::equals_ignoring_case(value, "true");
    } else if (is("qop")) {
      if (!offers_auth(value)) unknown = "qop=" + value;  // auth-int only
      made.has_qop = true;
    }
  }
  made.method = find_algorithm(made.algorithm.value_or("MD5"));
  if (made.method == nullptr) unknown = "algorithm=" + *made.algorithm;
  if (!has_nonce) return {};
  if (!unknown.empty()) return {std::nullopt, std::move(unknown)};
  return {std::move(made), {}};
}

/// The strongest challenge that can be met; none, if there is no challenge.
/// Errors: `unsupported_challenge`, if there are some and none can be met.
std::optional<challenge> choose(const headers& fields, const proto::url& from) {
  std::optional<challenge> best;
  std::string unknown;
  for (const auto field : fields.get_all("www-authenticate")) {
    for (const auto& each : challenge_reader(field).read()) {
      auto [made, missing] = read_challenge(each);
      if (made && (!best || made->method->strength > best->method->strength)) {
        best = std::move(made);
      }
      if (!missing.empty()) unknown = std::move(missing);
    }
  }
  if (!best && !unknown.empty()) throw_unsupported(from, unknown);
  return best;
}

std::string quoted(std::string_view text) {
  std::string made = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') made += '\\';
    made += c;
  }
  return made + '"';
}

class digest final : public auth, public std::enable_shared_from_this<digest> {
 public:
  digest(std::string user, std::string password)
      : user_(std::move(user)), password_(std::move(password)) {}

  std::unique_ptr<auth_flow> start() const override;

  /// Adds the answer to the last challenge of the request's origin, if there was one.
  /// Returns the nonce that was used.
  std::string apply(auth_target& request) const {
    challenge asked;
    std::uint32_t count = 0;
    {
      const std::lock_guard lock(mutex_);
      const auto found = challenges_.find(request.url.origin());
      if (found == challenges_.end()) return {};
      asked = found->second.asked;
      count = ++found->second.uses;
    }
    const auto credentials = answer(asked, count, request);
    if (!credentials) return {};
    request.headers.set("authorization", *credentials);
    return asked.nonce;
  }

  void remember(const proto::url& where, challenge asked) const {
    const std::lock_guard lock(mutex_);
    challenges_[std::string(where.origin())] = {std::move(asked), 0};
  }

 private:
  struct remembered {
    challenge asked;
    std::uint32_t uses = 0;
  };

  // RFC 7616, section 3.4. None where the system forbids the algorithm.
  [[nodiscard]] std::optional<std::string> answer(const challenge& asked, std::uint32_t uses,
                                                  const auth_target& request) const {
    const auto hashed = [&asked](const std::string& text) {
      return proto::hash_hex(asked.method->hash, text);
    };
    // RFC 7616, section 3.4: what stands in the request line when the server gets it. A proxy is
    // given the whole URL, and sends this on (RFC 9112, section 3.2.2).
    const std::string uri(request.target.empty() ? request.url.target() : request.target);
    const std::string cnonce = random_text();
    std::array<char, 9> count{};
    std::snprintf(count.data(), count.size(), "%08x", uses);

    auto a1 = hashed(user_ + ":" + asked.realm + ":" + password_);
    if (!a1) return std::nullopt;
    if (asked.method->is_session) a1 = hashed(*a1 + ":" + asked.nonce + ":" + cnonce);
    const auto a2 = hashed(std::string(request.method) + ":" + uri);
    std::string between = asked.nonce + ":";
    if (asked.has_qop) between += std::string(count.data()) + ":" + cnonce + ":auth:";
    const auto proof = hashed(*a1 + ":" + between + *a2);

    const std::string shown_user =
        asked.hashes_user ? hashed(user_ + ":" + asked.realm).value_or(user_) : user_;
    std::string text = "Digest username=" + quoted(shown_user) + ", realm=" + quoted(asked.realm) +
                       ", nonce=" + quoted(asked.nonce) + ", uri=" + quoted(uri) +
                       ", response=" + quoted(*proof);
    if (asked.algorithm) text += ", algorithm=" + *asked.algorithm;
    if (asked.opaque) text += ", opaque=" + quoted(*asked.opaque);
    if (asked.has_qop) {
      text += ", qop=auth, nc=" + std::string(count.data()) + ", cnonce=" + quoted(cnonce);
    } else if (asked.method->is_session) {
      text += ", cnonce=" + quoted(cnonce);
    }
    if (asked.hashes_user) text += ", userhash=true";
    return text;
  }

  std::string user_;
  std::string password_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, remembered, std::less<>> challenges_;
};

class digest_flow final : public auth_flow {
 public:
  explicit digest_flow(std::shared_ptr<const digest> owner) noexcept : owner_(std::move(owner)) {}

  void begin(auth_target& request) override { used_nonce_ = owner_->apply(request); }

  // A second refusal of the same credentials is final, unless only the nonce had grown old.
  bool again(auth_target& request, const response_head& answer) override {
    if (answer.status() != status::unauthorized) return false;
    auto asked = choose(answer.headers(), request.url);
    if (!asked) return false;
    const bool was_refused = has_answered_ || (!used_nonce_.empty() && asked->nonce == used_nonce_);
    if (was_refused && !asked->is_stale) return false;
    if (has_answered_ && ++rounds_ > most_rounds) return false;
    has_answered_ = true;
    owner_->remember(request.url, std::move(*asked));
    used_nonce_ = owner_->apply(request);
    return !used_nonce_.empty();
  }

 private:
  // A server that calls every nonce stale would keep us busy for ever.
  static constexpr int most_rounds = 2;

  std::shared_ptr<const digest> owner_;
  std::string used_nonce_;
  int rounds_ = 0;
  bool has_answered_ = false;
};

std::unique_ptr<auth_flow> digest::start() const {
  return std::make_unique<digest_flow>(shared_from_this());
}

}  // namespace

auth_ptr digest_auth(std::string user, std::string password) {
  return std::make_shared<digest>(std::move(user), std::move(password));
}

}  // namespace leat::http
