// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "leat/app/error.hpp"
#include "leat/app/files.hpp"
#include "leat/coro/sleep.hpp"

/// Files that are in memory only. Each call can be held up and can fail.
class imaginary_files final : public leat::app::files {
 public:
  imaginary_files() = default;
  explicit imaginary_files(std::map<std::string, std::string> with) : contents(std::move(with)) {}

  std::map<std::string, std::string> contents;
  std::map<std::string, std::string> links{{"/proc/self/exe", "/opt/demo/bin/demo"}};
  std::set<std::string> unreadable;  ///< "Permission denied"
  std::set<std::string> made;        ///< Folders.
  /// How long the next call takes.
  std::function<leat::duration()> delay = [] { return leat::duration::zero(); };
  std::size_t open = 0;
  std::size_t most_open = 0;
  std::size_t calls = 0;
  std::size_t failing_call = 0;  ///< Counted from 1.

  leat::task<leat::app::file_kind> kind_of(std::string path) override {
    using leat::app::file_kind;
    co_await happen(path);
    if (contents.contains(path)) co_return file_kind::file;
    const bool is_folder = made.contains(path) || std::ranges::any_of(contents, [&](auto& each) {
                             return each.first.starts_with(path == "/" ? path : path + "/");
                           });
    co_return is_folder ? file_kind::folder : file_kind::absent;
  }
  leat::task<std::string> read(std::string path, std::size_t max_bytes) override {
    ++open;
    most_open = std::max(most_open, open);
    const counted leaves(open);
    co_await happen(path);
    refuse_unreadable(path, "read");
    const auto found = contents.find(path);
    if (found == contents.end()) {
      throw leat::app::file_access_failure(path, "read", "No such file or directory");
    }
    if (found->second.size() > max_bytes) {
      throw leat::app::file_access_failure(path, "read", "it is too long");
    }
    co_return found->second;
  }
  leat::task<std::vector<std::string>> list(std::string folder) override {
    co_await happen(folder);
    refuse_unreadable(folder, "listed");
    std::vector<std::string> names;
    for (const auto& [path, text] : contents) {
      if (!path.starts_with(folder + "/")) continue;
      std::string name = path.substr(folder.size() + 1);
      if (name.find('/') == name.npos) names.push_back(std::move(name));
    }
    co_return names;
  }
  leat::task<bool> install(std::string path, std::string text) override {
    co_await happen(path);
    co_return contents.try_emplace(path, text).second;
  }
  leat::task<void> make_folder(std::string path) override {
    co_await happen(path);
    made.insert(path);
  }
  leat::task<std::string> read_link(std::string path) override {
    co_await happen(path);
    co_return links.at(path);
  }

 private:
  class counted {
   public:
    explicit counted(std::size_t& count) noexcept : count_(count) {}
    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;
    ~counted() { --count_; }

   private:
    std::size_t& count_;
  };

  leat::task<void> happen(const std::string& path) {
    const bool fails = ++calls == failing_call;
    co_await leat::sleep_for(delay());
    if (fails) throw leat::app::file_access_failure(path, "used", "planted");
  }
  void refuse_unreadable(const std::string& path, std::string_view attempt) const {
    if (unreadable.contains(path)) {
      throw leat::app::file_access_failure(path, attempt, "Permission denied");
    }
  }
};
