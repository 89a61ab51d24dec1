// SPDX-License-Identifier: MIT
#include "leat/proto/fields/fields.hpp"

#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/test.hpp"

using leat::proto::field;
using leat::proto::field_slice;
using leat::proto::fields;
using leat::proto::fields_view;
using leat::proto::redacted;

static_assert(std::forward_iterator<fields::iterator>);

namespace {

std::vector<field> listed(const fields& list) {
  return {list.begin(), list.end()};
}

}  // namespace

TEST_CASE("fields: keep the order and the spelling in which they were added") {
  fields list;

  list.add("B", "1");
  list.add("a", "2");
  list.add("b", "3");

  CHECK(listed(list) == std::vector<field>{{"B", "1"}, {"a", "2"}, {"b", "3"}});
}

TEST_CASE("fields: find the first value whatever the case of the name") {
  const fields list{{"Accept", "text/html"}, {"ACCEPT", "*/*"}};

  CHECK(list.get("aCCept") == "text/html");
}

TEST_CASE("fields: tell an absent field from an empty one") {
  const fields list{{"empty", ""}};

  CHECK(list.get("empty") == "");
  CHECK_FALSE(list.get("absent"));
}

TEST_CASE("fields: do not take part of a name for the name") {
  const fields list{{"accept-encoding", "br"}};

  CHECK_FALSE(list.contains("accept"));
}

TEST_CASE("fields: give all values of a name in order") {
  const fields list{{"via", "a"}, {"host", "h"}, {"Via", "b"}};

  CHECK(list.get_all("VIA") == std::vector<std::string_view>{"a", "b"});
}

TEST_CASE("fields: join the values of a name with a comma") {
  const fields list{{"via", "a"}, {"host", "h"}, {"Via", "b"}};

  CHECK(list.joined("via") == "a, b");
}

TEST_CASE("fields: never join Set-Cookie") {
  const fields list{{"Set-Cookie", "a=1; Expires=Wed, 09 Jun"}, {"set-cookie", "b=2"}};

  CHECK(list.joined("set-cookie") == "a=1; Expires=Wed, 09 Jun");
  CHECK(list.get_all("set-cookie").size() == 2);
}

TEST_CASE("fields: join nothing for a name that is absent") {
  CHECK_FALSE(fields{}.joined("via"));
}

TEST_CASE("fields: replace every value of a name at the place of the first") {
  fields list{{"a", "1"}, {"X", "2"}, {"b", "3"}, {"x", "4"}};

  list.set("x", "new");

  CHECK(listed(list) == std::vector<field>{{"a", "1"}, {"x", "new"}, {"b", "3"}});
}

TEST_CASE("fields: set adds a field that was absent") {
  fields list{{"a", "1"}};

  list.set("b", "2");

  CHECK(listed(list) == std::vector<field>{{"a", "1"}, {"b", "2"}});
}

TEST_CASE("fields: remove every field of a name") {
  fields list{{"a", "1"}, {"X", "2"}, {"x", "3"}};

  CHECK(list.remove("x") == 2);

  CHECK(listed(list) == std::vector<field>{{"a", "1"}});
}

TEST_CASE("fields: remove nothing for a name that is absent") {
  fields list{{"a", "1"}};

  CHECK(list.remove("b") == 0);
}

TEST_CASE("fields: may be given views into themselves") {
  fields list;
  list.add("first", "a value that is not short");

  for (int i = 0; i < 100; ++i) list.add(list[list.size() - 1].name, list[list.size() - 1].value);

  CHECK(list[100] == field{"first", "a value that is not short"});
}

TEST_CASE("fields: may be set to a view into a field that goes away") {
  fields list{{"x", "one"}, {"x", "two"}};

  list.set(list[1].name, list[1].value);

  CHECK(listed(list) == std::vector<field>{{"x", "two"}});
}

TEST_CASE("fields: stay small when a field is set over and over") {
  fields list{{"host", "a.test"}};

  for (int i = 0; i < 10000; ++i) list.set("x-count", std::to_string(i));

  CHECK(list.view().text().size() < 2000);
  CHECK(listed(list) == std::vector<field>{{"host", "a.test"}, {"x-count", "9999"}});
}

TEST_CASE("fields: take over what a parser found") {
  constexpr std::string_view text = "Host: a.test\r\nAccept: */*";
  constexpr std::array slices{field_slice{0, 4, 6, 6}, field_slice{14, 6, 22, 3}};

  const fields list(fields_view(text, slices));

  CHECK(listed(list) == std::vector<field>{{"Host", "a.test"}, {"Accept", "*/*"}});
}

TEST_CASE("fields: a token is found in a list in any field of the name") {
  const fields list{{"Connection", "keep-alive, Upgrade"}, {"connection", "close"}};

  CHECK(list.has_token("connection", "upgrade"));
  CHECK(list.has_token("connection", "CLOSE"));
  CHECK_FALSE(list.has_token("connection", "keep"));
}

TEST_CASE("fields: are equal when only the case of names differs") {
  CHECK(fields{{"A", "x"}} == fields{{"a", "x"}});
  CHECK_FALSE(fields{{"a", "x"}} == fields{{"a", "X"}});
  CHECK_FALSE(fields{{"a", "x"}} == fields{{"a", "x"}, {"b", "y"}});
}

TEST_CASE("fields: copies are independent") {
  fields original{{"a", "1"}};
  const fields copy = original;

  original.set("a", "2");

  CHECK(copy.get("a") == "1");
}

TEST_CASE("fields: a copy is whole, whatever was changed before and is behind it") {
  fields original;
  for (int i = 0; i < 40; ++i) original.add("x-" + std::to_string(i), std::string(30, 'v'));
  for (int i = 0; i < 40; i += 2) original.remove("x-" + std::to_string(i));
  original.set("x-1", "changed");
  fields copy{{"old", "gone"}};

  copy = original;
  CHECK(copy == original);
  copy.add("x-new", "behind it");
  CHECK(copy.size() == original.size() + 1);

  fields moved = std::move(copy);
  CHECK(moved.get("x-new") == "behind it");
  CHECK(copy.is_empty());  // NOLINT(bugprone-use-after-move): as it is said to be
  copy.add("a", "1");
  CHECK(listed(copy) == std::vector<field>{{"a", "1"}});
}

TEST_CASE("fields: may be assigned to themselves") {
  fields list{{"a", "1"}, {"b", "2"}};
  const fields& same = list;

  list = same;

  CHECK(listed(list) == std::vector<field>{{"a", "1"}, {"b", "2"}});
}

TEST_CASE("fields: take over into memory that is there, or into more") {
  const std::string head = "host:a.test";
  const std::array<field_slice, 1> slices{{{0, 4, 5, 6}}};
  fields list;
  list.reserve(1, head.size());
  const void* const place = list.view().text().data();

  list.assign(fields_view(head, slices));
  CHECK(listed(list) == std::vector<field>{{"host", "a.test"}});
  CHECK(list.view().text().data() == place);

  const std::string longer = head + std::string(100, 'x');
  list.assign(fields_view(longer, slices));
  CHECK(listed(list) == std::vector<field>{{"host", "a.test"}});
  list.assign({});
  CHECK(list.is_empty());
}

TEST_CASE("fields: may be of a view whose slices lie over each other") {
  const std::string text = "name" + std::string(600, 'v');
  const std::array<field_slice, 2> slices{{{0, 4, 4, 600}, {0, 4, 4, 600}}};
  fields list(fields_view(text, slices));

  list.set("name", "x");

  CHECK(listed(list) == std::vector<field>{{"name", "x"}});
}

TEST_CASE("fields: that are there stay when room is made for more") {
  fields list{{"a", "1"}};

  list.reserve(50, 5000);
  const void* const place = list.view().text().data();
  for (int i = 0; i < 49; ++i) list.add("name", std::string(90, 'v'));

  CHECK(list.view().text().data() == place);
  CHECK(list[0] == field{"a", "1"});
  list.reserve(1, 1);
  CHECK(list.size() == 50);
}

TEST_CASE("fields: empty names and values are fields") {
  fields list;
  list.add("", "");
  list.set("", "");

  CHECK(listed(list) == std::vector<field>{{"", ""}});
  CHECK(fields(list.view()) == list);
}

TEST_CASE("redacted fields: hide credentials") {
  const fields list{{"Host", "a.test"},
                    {"Authorization", "Basic c2VjcmV0"},
                    {"proxy-authorization", "x"},
                    {"Cookie", "sid=1"},
                    {"Set-Cookie", "sid=2"}};

  CHECK(redacted(list) ==
        "{Host: a.test, Authorization: [secure], proxy-authorization: [secure], "
        "Cookie: [secure], Set-Cookie: [secure]}");
}

TEST_CASE("redacted fields: hide what the caller adds to the list") {
  constexpr std::array<std::string_view, 1> also{"x-api-key"};

  CHECK(redacted(fields{{"X-API-Key", "k"}}, also) == "{X-API-Key: [secure]}");
}

TEST_CASE("redacted fields: stay on one line") {
  CHECK(redacted(fields{{"a", "1\r\nfake: entry\x7f"}}) == "{a: 1\\x0d\\x0afake: entry\\x7f}");
}
