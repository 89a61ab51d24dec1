// SPDX-License-Identifier: MIT
// What is there to begin a program with, and that it is there once.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <type_traits>
#include <utility>

#include "leat/app/prepare.hpp"

#include "support/test.hpp"

using namespace leat;
using namespace leat::app;

TEST_CASE("app: whatever reads files or begins a log is awaited") {
  static_assert(std::is_same_v<decltype(prepare(std::declval<exit_stack&>(), {})), task<globals>>);
  static_assert(std::is_same_v<acquirer::result_type, task<configuration>>);
  static_assert(std::is_same_v<inscriber::result_type, task<log::logger>>);
  static_assert(std::is_same_v<decltype(inscribe_to_stderr({}, {}, std::declval<exit_stack&>())),
                               task<log::logger>>);
}

TEST_CASE("app: no public name says that it is the blocking twin of another") {
  const std::regex twin(R"(\b(sync|blocking)_\w+\s*\(|\w_(sync|blocking)\b)");
  int headers = 0;
  for (const auto& each : std::filesystem::directory_iterator(LEAT_APP_HEADERS)) {
    std::ifstream in(each.path());
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    CAPTURE(each.path().string());
    CHECK_FALSE(std::regex_search(text, twin));
    ++headers;
  }
  CHECK(headers > 20);
}
