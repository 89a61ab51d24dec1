// SPDX-License-Identifier: MIT
#include "leat/base/context.hpp"

#include <memory>
#include <string>
#include <thread>

#include "support/test.hpp"

using namespace leat;

namespace {

inline constexpr context_key<std::string> name("name");
inline constexpr context_key<std::string> other("name");
inline constexpr context_key<std::shared_ptr<int>> shared("shared");

}  // namespace

TEST_CASE("context: an empty one holds nothing") {
  const context nothing;
  CHECK(nothing.is_empty());
  CHECK(nothing.find(name) == nullptr);
}

TEST_CASE("context: holds values under their keys, and a key is not its text") {
  const auto held = context().with(name, "a");
  REQUIRE(held.find(name) != nullptr);
  CHECK(*held.find(name) == "a");
  CHECK(held.find(other) == nullptr);
  CHECK(name.name() == other.name());
}

TEST_CASE("context: is not changed by one that was made from it") {
  const auto first = context().with(name, "a");
  const auto second = first.with(name, "b").with(other, "c");
  CHECK(*first.find(name) == "a");
  CHECK(*second.find(name) == "b");
  CHECK(*second.find(other) == "c");
}

TEST_CASE("context: its values live until the last that holds them is gone") {
  const auto value = std::make_shared<int>(1);
  context last;
  {
    const auto first = context().with(shared, value);
    last = first.with(name, "a");
    CHECK(value.use_count() == 2);
  }
  CHECK(**last.find(shared) == 1);
  last = context();
  CHECK(value.use_count() == 1);
}

TEST_CASE("context: a chain of a million values is freed without recursion") {
  context held;
  for (int i = 0; i < 1'000'000; ++i) held = held.with(other, std::string());
  held = context();
  CHECK(held.is_empty());
}

TEST_CASE("context: what a thread carries is its own") {
  carried_context carried;
  carried.values = carried.values.with(name, "here");
  const carry_on_thread here(carried);
  CHECK(*context_value(name) == "here");
  bool is_empty_there = false;
  std::string seen;
  std::thread([&] {
    is_empty_there = current_context().is_empty() && current_deadline().is_never();
    const carry_on_thread there(carried);
    const context copy = current_context();
    seen = *copy.find(name);
  }).join();
  CHECK(is_empty_there);
  CHECK(seen == "here");
}
