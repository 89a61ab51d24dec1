// SPDX-License-Identifier: MIT
#include "leat/base/invoke.hpp"

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "support/test.hpp"

namespace detail = leat::detail;

namespace {

struct account {
  std::string owner;
  int balance = 0;

  int add(int amount) noexcept {
    balance += amount;
    return balance;
  }
  [[nodiscard]] std::string greeting() const& { return "for " + owner; }
  std::string greeting() && { return "from " + std::move(owner); }
};

int twice(int value) noexcept {
  return 2 * value;
}

struct by_category {
  std::string operator()(int&) const { return "lvalue"; }
  std::string operator()(int&&) const { return "rvalue"; }
};

}  // namespace

TEST_CASE("invoke: functions and function objects are called with what they were given") {
  CHECK(detail::invoke(twice, 4) == 8);
  CHECK(detail::invoke(&twice, 4) == 8);
  int value = 1;
  CHECK(detail::invoke(by_category(), value) == "lvalue");
  CHECK(detail::invoke(by_category(), std::move(value)) == "rvalue");
  detail::invoke([&value] { value = 3; });
  CHECK(value == 3);
}

TEST_CASE("invoke: pointers to members take an object, a pointer to it, or a reference_wrapper") {
  account mine{"Ada"};
  CHECK(detail::invoke(&account::add, mine, 2) == 2);
  CHECK(detail::invoke(&account::add, &mine, 3) == 5);
  CHECK(detail::invoke(&account::add, std::ref(mine), 4) == 9);
  CHECK(detail::invoke(&account::add, std::make_unique<account>(), 1) == 1);
  detail::invoke(&account::balance, mine) = 20;
  CHECK(detail::invoke(&account::balance, std::cref(mine)) == 20);
}

TEST_CASE("invoke: a member is called on what the object is, lvalue or rvalue") {
  account mine{"Ada"};
  const auto of_lvalue = static_cast<std::string (account::*)() const&>(&account::greeting);
  const auto of_rvalue = static_cast<std::string (account::*)() &&>(&account::greeting);
  CHECK(detail::invoke(of_lvalue, mine) == "for Ada");
  CHECK(detail::invoke(of_rvalue, std::move(mine)) == "from Ada");
  static_assert(
      std::is_same_v<decltype(detail::invoke(&account::owner, account())), std::string&&>);
}

TEST_CASE("invoke: throws nothing where the callable throws nothing") {
  account mine;
  static_assert(noexcept(detail::invoke(twice, 1)));
  static_assert(noexcept(detail::invoke(&account::add, mine, 1)));
  static_assert(!noexcept(detail::invoke(by_category(), 1)));
}
