// SPDX-License-Identifier: MIT
#include "leat/io/symbolise.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

#include "support/test.hpp"

using namespace leat;

namespace {

[[gnu::noinline]] const void* where_static_is() {
  return __builtin_return_address(0);
}

[[gnu::noinline]] const void* call_from_static_function() {
  const void* const here = where_static_is();
  asm volatile("" ::: "memory");
  return static_cast<const char*>(here) - 1;
}

}  // namespace

TEST_CASE("symbolise: names a static function, its file and line") {
  const auto found = io::symbolise(call_from_static_function());
  CHECK(found.function.find("call_from_static_function") != std::string::npos);
#ifndef NDEBUG
  CHECK(found.file.ends_with("symbolise_test.cpp"));
  CHECK(found.line > 0);
#endif
}

TEST_CASE("symbolise: names the function around a lambda") {
  const auto lambda = []() __attribute__((noinline)) {
    const void* const here = where_static_is();
    asm volatile("" ::: "memory");
    return static_cast<const char*>(here) - 1;
  };
  CHECK(io::symbolise(lambda()).function.find("operator()") != std::string::npos);
}

TEST_CASE("symbolise: names what shared libraries export") {
  const auto found = io::symbolise(reinterpret_cast<const void*>(&std::strtoul));
  CHECK(found.function.find("strto") != std::string::npos);
}

TEST_CASE("symbolise: an address that is no code gets a text too") {
  const auto found = io::symbols_at(reinterpret_cast<const void*>(std::uintptr_t{16}));
  REQUIRE(found.size() == 1);
  CHECK(found.front().function == "0x10");
  CHECK(io::to_text(found.front()) == "0x10");
}
