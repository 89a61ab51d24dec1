// SPDX-License-Identifier: MIT

// Invariant: what is accepted is in normal form, so reading its text again changes nothing; no
// text but the credentials' own shows them; a resolved reference is in normal form too; and an
// appended path never leaves its base, and a component that is edited spills into no other.
//
// An input is a URL or, with a line feed in it, a base and a reference.

#include <algorithm>
#include <string>
#include <string_view>

#include "leat/proto/url/percent.hpp"
#include "leat/proto/url/query.hpp"
#include "leat/proto/url/url.hpp"

#include "fuzz.hpp"

namespace {

using namespace leat::proto;

void check_normal(const url& made) {
  url again;
  LEAT_REQUIRE(!parse_url(made.text(), again));
  LEAT_REQUIRE(again == made.without_userinfo());
  LEAT_REQUIRE(again.port() == made.port());

  LEAT_REQUIRE(std::ranges::all_of(made.text(), [](char c) { return c > 0x20 && c < 0x7f; }));
  LEAT_REQUIRE(made.text().size() <= url::max_bytes);
  LEAT_REQUIRE(made.authority().find('@') == std::string_view::npos);
  LEAT_REQUIRE(made.host().find_first_of("/?#@\\[]") == std::string_view::npos);
  LEAT_REQUIRE(made.text().starts_with(made.origin()));
  if (made.scheme().starts_with("http")) LEAT_REQUIRE(!made.scheme().empty());
  if (made.scheme() == "http" || made.scheme() == "https") {
    LEAT_REQUIRE(!made.host().empty());
    LEAT_REQUIRE(made.target().starts_with('/'));
    LEAT_REQUIRE(made.port() != 0 || made.has_explicit_port());
  }
  LEAT_REQUIRE(made.userinfo().empty() || made.redacted().find("[secure]@") != std::string::npos);
  LEAT_REQUIRE(!made.without_fragment().has_fragment());
  LEAT_REQUIRE(percent_decode(made.path()).has_value());
}

void check_below(const url& base, std::string_view path) {
  url made;
  if (append(base, path, made)) return;
  check_normal(made);
  LEAT_REQUIRE(made.origin() == base.origin());
  LEAT_REQUIRE(made.userinfo() == base.userinfo());
  std::string below(base.path());
  while (below.ends_with('/')) below.pop_back();
  LEAT_REQUIRE(made.path().starts_with(below));
}

/// Puts `text` in place of each component.
void check_edits(const url& base, std::string_view text) {
  const auto check = [&base](const url_changes& changes, bool keeps_origin) {
    url made;
    if (edit(base, changes, made)) return;
    check_normal(made);
    if (keeps_origin) LEAT_REQUIRE(made.origin() == base.origin());
  };
  check({}, true);
  check({.path = text}, true);
  check({.query = text}, true);
  check({.fragment = text}, true);
  check({.username = text}, true);
  check({.password = text}, true);
  check({.host = text}, false);
  check({.scheme = text}, false);
}

void check_query(std::string_view text) {
  query_builder builder;
  const auto parameters = parse_query(text);
  for (const auto& each : parameters) builder.add(each.name, each.value);
  LEAT_REQUIRE(parse_query(builder.text()) == parameters);
  LEAT_REQUIRE(percent_decode(percent_encode(text)) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = leat::fuzz::as_text(data, size);
  const std::size_t split = std::min(input.find('\n'), input.size());
  const std::string_view reference = input.substr(std::min(split + 1, input.size()));
  check_query(input);

  url base;
  if (parse_url(input.substr(0, split), base)) return 0;
  check_normal(base);

  check_edits(base, reference);
  url resolved;
  if (!resolve(base, reference, resolved)) {
    check_normal(resolved);
    LEAT_REQUIRE(resolved.userinfo().empty() || resolved.origin() == base.origin() ||
                 reference.find('@') != reference.npos);
  }
  check_below(base, reference);
  return 0;
}
