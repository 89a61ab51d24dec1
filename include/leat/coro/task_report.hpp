// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <source_location>
#include <string>
#include <vector>

#include "leat/base/function.hpp"
#include "leat/base/time.hpp"

namespace leat {

class executor;

/// One task that was alive when the report was made.
struct task_entry {
  static constexpr std::size_t no_parent = static_cast<std::size_t>(-1);

  std::string name;                  ///< As it was given, or its function's.
  std::size_t parent = no_parent;    ///< Index of the entry it is a child of.
  std::size_t depth = 0;             ///< How many tasks stand above it.
  std::string group;                 ///< What it stands in: "task group ingest", "when_all".
  std::source_location function;     ///< Of the coroutine it began with.
  std::source_location created_at;   ///< If it was given a name, or by a combinator; or line 0.
  const void* created_by = nullptr;  ///< Otherwise the code that spawned it.
  std::string waits_for;             ///< Empty: it runs, or is about to.
  std::source_location waits_at;     ///< Of the await.
  duration waits{};                  ///< For how long it has waited.
  std::vector<std::source_location> frames;  ///< Its coroutines that wait, innermost first.
};

/// All tasks of an executor at one moment, each parent before its children.
class task_report {
 public:
  /// The text for a place in the code, such as "serve() at server.cpp:80"; empty if unknown.
  using symboliser = std::function<std::string(const void* code)>;

  std::vector<task_entry> tasks;

  /// The tree as text, one line a task, indented by depth.
  [[nodiscard]] std::string format(const symboliser& symbolise = {}) const;
};

/// All tasks that are alive on `of`: that of `run()`, and below each one its children.
///
/// For people: the texts may change with any version. The cost is that of a few strings a task.
/// Errors: `std::bad_alloc`. Thread-safety: the executor's thread, inside a task or a posted
/// call.
[[nodiscard]] task_report live_tasks(executor& of);

}  // namespace leat
