// SPDX-License-Identifier: MIT
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "leat/log/field.hpp"
#include "leat/log/record.hpp"

#include "support/test.hpp"

using namespace leat;
using namespace std::chrono_literals;
using log::value;

namespace {

/// The name of the type that a visitor is called with.
struct name_of_type {
  std::string_view operator()(std::nullptr_t) const { return "null"; }
  std::string_view operator()(bool) const { return "bool"; }
  std::string_view operator()(std::int64_t) const { return "int64"; }
  std::string_view operator()(std::uint64_t) const { return "uint64"; }
  std::string_view operator()(double) const { return "double"; }
  std::string_view operator()(std::string_view) const { return "text"; }
  std::string_view operator()(duration) const { return "duration"; }
};

template <class Held>
bool holds(const value& what, Held expected) {
  const Held* const found = what.get_if<Held>();
  return found != nullptr && *found == expected;
}

}  // namespace

TEST_CASE("log value: is of the type that what it was made of widens to") {
  CHECK(holds(value(true), true));
  CHECK(holds(value(short{-3}), std::int64_t{-3}));
  CHECK(holds(value(7U), std::uint64_t{7}));
  CHECK(holds(value(0.5F), 0.5));
  CHECK(holds(value("text"), std::string_view("text")));
  CHECK(holds(value(std::string_view()), std::string_view()));
  CHECK(holds(value(2ms), duration(2ms)));
  CHECK(value(7).get_if<std::uint64_t>() == nullptr);
  CHECK(value(nullptr).get_if<std::string_view>() == nullptr);
}

TEST_CASE("log value: calls a visitor with what it holds") {
  CHECK(value().visit(name_of_type()) == "null");
  CHECK(value(static_cast<const char*>(nullptr)).visit(name_of_type()) == "null");
  CHECK(value(false).visit(name_of_type()) == "bool");
  CHECK(value(-1L).visit(name_of_type()) == "int64");
  CHECK(value(std::uint8_t{1}).visit(name_of_type()) == "uint64");
  CHECK(value(1.5).visit(name_of_type()) == "double");
  CHECK(value(std::string("x")).visit(name_of_type()) == "text");
  CHECK(value(1s).visit(name_of_type()) == "duration");
}

TEST_CASE("log value: is equal to one of the same type that holds the same") {
  CHECK(value() == value(nullptr));
  CHECK(value("a") == value(std::string("a")));
  CHECK(value(1s) == value(1000ms));
  CHECK_FALSE(value("a") == value("b"));
  CHECK_FALSE(value(1) == value(1U));
  CHECK_FALSE(value(0) == value(false));
  CHECK_FALSE(value() == value(0));
}
