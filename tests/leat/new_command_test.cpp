// SPDX-License-Identifier: MIT
#include "new_command.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "exit_status.hpp"
#include "support/scratch_folder.hpp"
#include "support/test.hpp"

namespace fs = std::filesystem;

namespace {

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::map<std::string, std::string> files_below(const fs::path& folder) {
  std::map<std::string, std::string> found;
  for (const auto& each : fs::recursive_directory_iterator(folder)) {
    if (each.is_regular_file()) {
      found[fs::relative(each.path(), folder).string()] = text_of(each.path());
    }
  }
  return found;
}

std::string refusal_of(std::string_view name) {
  try {
    static_cast<void>(cli::project_name(name));
  } catch (const cli::usage_error& e) {
    return e.what();
  }
  return {};
}

}  // namespace

TEST_CASE("leat new: what is in the program is what is in the tree, and nothing is left out") {
  std::map<std::string, std::string> embedded;
  for (const auto& each : cli::service_template()) {
    embedded.emplace(each.path, each.text);
  }
  CHECK(embedded == files_below(LEAT_SERVICE_TEMPLATE));
}

TEST_CASE("leat new: writes the whole project under its own name") {
  const scratch_folder home;
  cli::make_service(cli::project_name("tea-shop"), home.path().string());

  const auto files = files_below(home.path() / "tea-shop");
  CHECK(files.size() == cli::service_template().size());
  for (const auto& [path, text] : files) {
    CAPTURE(path);
    for (const char* const left : {"sample-service", "sample_service", "SAMPLE_SERVICE"}) {
      CHECK(text.find(left) == text.npos);
    }
  }
  CHECK(files.at("CMakeLists.txt").find("project(tea-shop ") != std::string::npos);
  CHECK(files.at("src/service.cpp").find("namespace tea_shop_service {") != std::string::npos);
  CHECK(files.at("README.md").find("TEA_SHOP_CONFIG_SERVER__PORT") != std::string::npos);
  const auto script = fs::status(home.path() / "tea-shop/tests/serve_test.sh").permissions();
  CHECK((script & fs::perms::owner_exec) != fs::perms::none);
  // Nothing is left beside it.
  CHECK(std::distance(fs::directory_iterator(home.path()), fs::directory_iterator()) == 1);
}

TEST_CASE("leat new: takes an empty folder, and touches nothing else that is there") {
  const scratch_folder home;
  fs::create_directory(home.path() / "demo");
  cli::make_service(cli::project_name("demo"), home.path().string());
  CHECK(fs::exists(home.path() / "demo/CMakeLists.txt"));

  const auto before = files_below(home.path());
  CHECK_THROWS_WITH_AS(cli::make_service(cli::project_name("demo"), home.path().string()),
                       doctest::Contains("/demo is there already, and is no empty folder"),
                       cli::usage_error);
  std::ofstream(home.path() / "file") << "mine";
  CHECK_THROWS_AS(cli::make_service(cli::project_name("file"), home.path().string()),
                  cli::usage_error);
  CHECK(text_of(home.path() / "file") == "mine");
  fs::remove(home.path() / "file");
  CHECK(files_below(home.path()) == before);
  CHECK(std::distance(fs::directory_iterator(home.path()), fs::directory_iterator()) == 1);
}

TEST_CASE("leat new: leaves nothing where it cannot be made") {
  const scratch_folder home;
  const std::string nowhere = (home.path() / "nowhere").string();
  CHECK_THROWS_AS(cli::make_service(cli::project_name("demo"), nowhere), std::system_error);
  CHECK(fs::is_empty(home.path()));
}

TEST_CASE("leat new: a name that cannot be used is refused with a reason") {
  for (const char* const good : {"a", "demo", "tea-shop", "x2", "class", "time", "my-service"}) {
    CAPTURE(good);
    CHECK(refusal_of(good).empty());
  }
  for (const char* const bad :
       {"Demo", "2x", "-a", "a-", "a--b", "a_b", "a/b", "..", "a b", "é", "a\n", "a;b", "$(x)"}) {
    CAPTURE(bad);
    CHECK(refusal_of(bad).find("must be small letters") != std::string::npos);
  }
  CHECK(refusal_of("") == "new: the name is empty");
  CHECK(refusal_of(std::string(40, 'a')).empty());
  CHECK(refusal_of(std::string(41, 'a')).find("is longer than 40") != std::string::npos);
  CHECK(refusal_of("test").find("is needed for something else") != std::string::npos);
}

TEST_CASE("leat new: a name becomes what each language can read") {
  const cli::project_name shop("tea-shop");
  CHECK(shop.apply("sample-service sample_service SAMPLE_SERVICE_X") ==
        "tea-shop tea_shop_service TEA_SHOP_X");
  CHECK(cli::project_name("my-service").apply("sample_service") == "my_service");
}
