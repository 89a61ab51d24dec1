// SPDX-License-Identifier: MIT
#include "leat/base/intrusive_list.hpp"

#include "support/test.hpp"

namespace {

struct some_tag;
struct item : leat::list_hook<some_tag> {
  explicit item(int number) : number(number) {}
  int number;
};
using items = leat::intrusive_list<item, some_tag>;

}  // namespace

TEST_CASE("intrusive list: gives objects back in order") {
  item a(1);
  item b(2);
  items list;
  list.push_back(a);
  list.push_back(b);
  CHECK(list.pop_front().number == 1);
  CHECK(list.pop_front().number == 2);
  CHECK(list.is_empty());
}

TEST_CASE("intrusive list: an object leaves from the middle when it is destroyed") {
  item a(1);
  item c(3);
  items list;
  list.push_back(a);
  {
    item b(2);
    list.push_back(b);
    list.push_back(c);
  }
  CHECK(list.pop_front().number == 1);
  CHECK(list.pop_front().number == 3);
}

TEST_CASE("intrusive list: splices another list behind itself") {
  item a(1);
  item b(2);
  item c(3);
  items list;
  items other;
  list.push_back(a);
  other.push_back(b);
  other.push_back(c);
  list.splice_back(other);
  CHECK(other.is_empty());
  CHECK(list.pop_back().number == 3);
  CHECK(list.pop_front().number == 1);
  CHECK(list.pop_front().number == 2);
}

TEST_CASE("intrusive list: is walked without being changed") {
  item a(1);
  item b(2);
  items list;
  list.push_back(b);
  list.push_front(a);
  int sum = 0;
  for (auto* at = list.first(); at != nullptr; at = list.next(*at)) sum = sum * 10 + at->number;
  CHECK(sum == 12);
}
