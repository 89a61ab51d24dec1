// SPDX-License-Identifier: MIT
#include "leat/http/auth.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "leat/base/error.hpp"
#include "leat/proto/fields/ascii.hpp"
#include "leat/proto/fields/validation.hpp"
#include "leat/proto/hash/hash.hpp"

namespace leat::http {
namespace {

/// Adds fields, the same whatever the answer.
class applied_once final : public auth_flow {
 public:
  explicit applied_once(const std::function<void(auth_target&)>& apply) : apply_(apply) {}
  void begin(auth_target& request) override { apply_(request); }

 private:
  std::function<void(auth_target&)> apply_;
};

class function_auth final : public auth {
 public:
  explicit function_auth(std::function<void(auth_target&)> apply) : apply_(std::move(apply)) {}
  std::unique_ptr<auth_flow> start() const override {
    return std::make_unique<applied_once>(apply_);
  }

 private:
  std::function<void(auth_target&)> apply_;
};

bool has_control(std::string_view text) noexcept {
  return std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

struct login {
  std::string user;
  std::string password;
};

/// The words of a netrc file. A word in quotes may hold blanks.
class netrc_words {
 public:
  explicit netrc_words(std::string_view text) noexcept : rest_(text) {}

  /// The next word, past comments.
  std::optional<std::string> next() {
    skip_blanks(true);
    return take_word();
  }
  /// What stands behind a word that wants a value; a password may begin with a number sign.
  std::optional<std::string> next_value() {
    skip_blanks(false);
    return take_word();
  }

  /// Macros end with an empty line, and do not concern us.
  void skip_macro() noexcept {
    const auto end = rest_.find("\n\n");
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 2);
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw invalid_argument("netrc: " + what + " in line " + std::to_string(line_));
  }

 private:
  static bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

  std::optional<std::string> take_word() {
    if (rest_.empty()) return std::nullopt;
    std::string word;
    if (rest_.front() == '"') {
      rest_.remove_prefix(1);
      while (!rest_.empty() && rest_.front() != '"') {
        if (rest_.front() == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
        word += take();
      }
      if (rest_.empty()) fail("a quote that does not end");
      rest_.remove_prefix(1);
      return word;
    }
    while (!rest_.empty() && !is_blank(rest_.front())) word += take();
    return word;
  }

  char take() noexcept {
    const char c = rest_.front();
    if (c == '\n') ++line_;
    rest_.remove_prefix(1);
    return c;
  }
  void skip_blanks(bool and_comments) noexcept {
    while (!rest_.empty()) {
      if (and_comments && rest_.front() == '#') {
        while (!rest_.empty() && rest_.front() != '\n') take();
      } else if (is_blank(rest_.front())) {
        take();
      } else {
        return;
      }
    }
  }

  std::string_view rest_;
  std::size_t line_ = 1;
};

class netrc final : public auth {
 public:
  explicit netrc(std::string_view text) {
    netrc_words words(text);
    login* current = nullptr;
    login repeated;
    while (const auto word = words.next()) {
      const auto value = [&] {
        auto read = words.next_value();
        if (!read) words.fail("nothing after \"" + *word + "\"");
        return std::move(*read);
      };
      if (*word == "machine") {
        // The first entry of a host counts, as in other programs, and its case does not.
        const auto [at, is_first] = hosts_.try_emplace(proto::lower_case(value()));
        current = is_first ? &at->second : &repeated;
      } else if (*word == "default") {
        current = default_ ? &repeated : &default_.emplace();
      } else if (*word == "macdef") {
        static_cast<void>(value());
        words.skip_macro();
      } else if (current == nullptr) {
        words.fail("\"" + *word + "\" before any machine");
      } else if (*word == "login") {
        current->user = value();
      } else if (*word == "password") {
        current->password = value();
      } else if (*word == "account") {
        static_cast<void>(value());
      } else {
        words.fail("an unknown word");  // not repeated: it may be a password
      }
    }
  }

  std::unique_ptr<auth_flow> start() const override {
    return std::make_unique<applied_once>([this](auth_target& request) {
      if (const login* const found = find(request.url.host())) {
        request.headers.set("authorization",
                            proto::basic_credentials(found->user, found->password));
      }
    });
  }

 private:
  [[nodiscard]] const login* find(std::string_view host) const {
    const auto found = hosts_.find(host);
    if (found != hosts_.end()) return &found->second;
    return default_ ? &*default_ : nullptr;
  }

  std::map<std::string, login, std::less<>> hosts_;
  std::optional<login> default_;
};

}  // namespace

auth_request::auth_request(std::string to, std::string by)
    : url(std::move(to)), method(std::move(by)) {}

std::optional<auth_request> auth_flow::own_request(const auth_target&) {
  return std::nullopt;
}

void auth_flow::own_answer(auth_target&, const response&) {}

auth_ptr basic_auth(std::string_view user, std::string_view password) {
  if (user.find(':') != std::string_view::npos || has_control(user) || has_control(password)) {
    throw invalid_argument(
        "basic_auth: a user name holds no colon, and neither it nor a password a control "
        "character");
  }
  return custom_auth(
      [credentials = proto::basic_credentials(user, password)](auth_target& request) {
        request.headers.set("authorization", credentials);
      });
}

auth_ptr bearer_auth(std::string_view token) {
  if (token.empty() || has_control(token) || token.find(' ') != std::string_view::npos) {
    throw invalid_argument("bearer_auth: a token holds no blanks and no control characters");
  }
  return custom_auth([credentials = "Bearer " + std::string(token)](auth_target& request) {
    request.headers.set("authorization", credentials);
  });
}

auth_ptr custom_auth(std::function<void(auth_target&)> apply) {
  return std::make_shared<function_auth>(std::move(apply));
}

auth_ptr netrc_auth(std::string_view text) {
  return std::make_shared<netrc>(text);
}

auth_ptr no_auth() {
  return custom_auth([](auth_target&) {});
}

}  // namespace leat::http
