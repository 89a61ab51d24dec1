// SPDX-License-Identifier: MIT
#include "leat/coro/task_report.hpp"

#include <algorithm>

#include "coro/task_text.hpp"

namespace leat {
namespace {

/// Walks the tree by its links, without recursion: groups nest as deep as a program likes.
class walk {
 public:
  explicit walk(time_point now) noexcept : now_(now) {}

  std::vector<task_entry> run(const task_node& main) {
    pending_.push_back({&main, nullptr, task_entry::no_parent});
    while (!pending_.empty()) {
      const found next = pending_.back();
      pending_.pop_back();
      visit(next);
    }
    return std::move(tasks_);
  }

 private:
  struct found {
    const task_node* task;
    const detail::join* in;  // null for the task of run()
    std::size_t parent;
  };

  void visit(const found& at) {
    task_entry entry;
    entry.name = detail::name_text(*at.task);
    entry.function = at.task->function();
    entry.created_at = at.task->created_at();
    entry.created_by = at.task->created_by();
    if (at.in != nullptr) {
      entry.parent = at.parent;
      entry.depth = tasks_[at.parent].depth + 1;
      entry.group = at.in->kind();
      if (at.in->name() != nullptr) entry.group += std::string(" ") + at.in->name();
      if (entry.created_at.line() == 0 && entry.created_by == nullptr) {
        entry.created_at = at.in->site();
      }
    }
    if (const auto* const waits_in = at.task->waits_in()) {
      wait_description what;
      waits_in->describe_wait(what);
      entry.waits_for = what.text();
      entry.waits_at = what.at;
      if (!entry.waits_for.empty()) entry.waits = now_ - at.task->waits_since();
      for (const auto* frame = what.frame; frame != nullptr; frame = frame->owner->parent) {
        entry.frames.push_back(frame->site);
      }
    }
    tasks_.push_back(std::move(entry));
    // The last one to be pushed is the next to be visited: outermost join and oldest child.
    for (auto* joined = at.task->innermost_join(); joined != nullptr; joined = joined->outer()) {
      const std::size_t first = pending_.size();
      auto& children = joined->children();
      for (auto* child = children.first(); child != nullptr; child = children.next(*child)) {
        pending_.push_back({child, joined, tasks_.size() - 1});
      }
      std::reverse(pending_.begin() + static_cast<std::ptrdiff_t>(first), pending_.end());
    }
  }

  time_point now_;
  std::vector<found> pending_;
  std::vector<task_entry> tasks_;
};

std::string creation_text(const task_entry& task, const task_report::symboliser& symbolise) {
  if (auto place = detail::place_text(task.created_at); !place.empty()) return place;
  return task.created_by != nullptr && symbolise ? symbolise(task.created_by) : std::string();
}

std::string frames_text(const std::vector<std::source_location>& frames) {
  std::string text;
  const char* separator = "";
  for (const auto& each : frames) {
    text += separator + detail::function_text(each);
    separator = " < ";
  }
  return text;
}

}  // namespace

task_report live_tasks(executor& of) {
  task_report report;
  if (of.main_task != nullptr) report.tasks = walk(of.now()).run(*of.main_task);
  return report;
}

std::string task_report::format(const symboliser& symbolise) const {
  std::string text;
  for (const auto& task : tasks) {
    text.append(2 * task.depth, ' ');
    text += task.name;
    if (!task.group.empty()) text += " [" + task.group + "]";
    if (task.waits_for.empty()) {
      text += ": running or ready";
    } else {
      text += ": " + task.waits_for;
      if (const auto place = detail::place_text(task.waits_at); !place.empty()) {
        text += " at " + place;
      }
      text += " for " + detail::duration_text(task.waits);
      if (task.frames.size() > 1) text += ", in " + frames_text(task.frames);
    }
    if (const auto created = creation_text(task, symbolise); !created.empty()) {
      text += ", created at " + created;
    }
    text += '\n';
  }
  return text;
}

}  // namespace leat
