// SPDX-License-Identifier: MIT
#include "coro/task_text.hpp"

#include <array>
#include <cstdio>
#include <string_view>

#include "leat/base/error.hpp"

namespace leat::detail {
namespace {

/// Where the parameters of a function begin in its description, or the end of it: the first
/// parenthesis that no name is made of.
std::size_t parameters_begin(std::string_view text) {
  int depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '<') ++depth;
    if (text[at] == '>' && depth > 0) --depth;
    if (text[at] != '(' || depth != 0) continue;
    if (text.substr(at).starts_with("()(")) return at + 2;  // operator()
    if (!text.substr(at).starts_with("(anonymous namespace)")) return at;
    at = text.find(')', at);
    if (at == std::string_view::npos) return text.size();
  }
  return text.size();
}

/// Where the name before the parameters begins: behind the last blank outside of brackets.
std::size_t name_begins(std::string_view text) {
  int depth = 0;
  for (std::size_t at = text.size(); at > 0; --at) {
    const char each = text[at - 1];
    if (each == '>' || each == ')') ++depth;
    if (each == '<' || each == '(') --depth;
    if (each == ' ' && depth == 0) return at;
  }
  return 0;
}

void remove_all(std::string& text, std::string_view part) {
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at)) {
    text.erase(at, part.size());
  }
}

/// Whether it is the coroutine that makes a task of another awaitable, which says nothing.
bool is_lifting(const std::source_location& function) {
  return std::string_view(function.function_name()).find("leat::detail::lift(") !=
         std::string_view::npos;
}

std::string_view file_name(std::string_view path) {
  return path.substr(path.find_last_of('/') + 1);
}

/// One child that does not stop, for a report.
std::string stuck_text(const task_node& task, time_point now) {
  std::string text = name_text(task);
  if (task.waits_in() == nullptr) return text + " (is ready to run)";
  wait_description what;
  task.waits_in()->describe_wait(what);
  if (what.text().empty()) return text + " (is ready to run)";
  text += " (" + std::string(what.text());
  if (const auto place = place_text(what.at); !place.empty()) text += " at " + place;
  return text + " for " + duration_text(now - task.waits_since()) + ")";
}

/// Calls `make`, which throws, and returns what that was.
template <class Make>
std::exception_ptr caught(const Make& make) noexcept {
  try {
    make();
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

}  // namespace

std::string function_text(const std::source_location& function) {
  if (is_lifting(function)) return "an awaitable";
  std::string_view text = function.function_name();
  text = text.substr(0, text.find(" ["));  // template arguments
  for (const std::string_view lambda : {"(anonymous class)", "<lambda", "(lambda"}) {
    if (text.find(lambda) == std::string_view::npos) continue;
    const auto place = place_text(function);
    return place.empty() ? "a lambda" : "lambda at " + place;
  }
  text = text.substr(0, parameters_begin(text));
  std::string name(text.substr(name_begins(text)));
  remove_all(name, "(anonymous namespace)::");
  remove_all(name, "{anonymous}::");
  return name.empty() ? "a coroutine" : name;
}

std::string place_text(const std::source_location& place) {
  if (place.line() == 0 || is_lifting(place)) return {};
  return std::string(file_name(place.file_name())) + ":" + std::to_string(place.line());
}

std::string name_text(const task_node& task) {
  return task.name().empty() ? function_text(task.function()) : std::string(task.name());
}

std::string duration_text(duration length) {
  const double seconds = std::chrono::duration<double>(length).count();
  std::array<char, 40> text{};
  if (seconds == 0 || seconds >= 1) {
    std::snprintf(text.data(), text.size(), "%.4g s", seconds);
  } else if (seconds >= 1e-3) {
    std::snprintf(text.data(), text.size(), "%.4g ms", seconds * 1e3);
  } else {
    std::snprintf(text.data(), text.size(), "%.4g us", seconds * 1e6);
  }
  return text.data();
}

std::exception_ptr make_never_awaited(const std::source_location& function) noexcept {
  return caught([&] {
    const auto place = place_text(function);
    throw never_awaited("a task was dropped that nobody had awaited: " + function_text(function) +
                        (place.empty() ? place : " (" + place + ")"));
  });
}

std::exception_ptr make_not_stopping(join& joined, duration grace, time_point now) noexcept {
  return caught([&] {
    constexpr std::size_t most_named = 10;
    std::string text = joined.kind();
    if (joined.name() != nullptr) text += std::string(" ") + joined.name();
    text += " in " + name_text(*joined.parent().node) + ": " + std::to_string(joined.live()) +
            (joined.live() == 1 ? " child has" : " children have") + " not stopped within " +
            duration_text(grace);
    const char* separator = ": ";
    std::size_t named = 0;
    auto& children = joined.children();
    for (auto* child = children.first(); child != nullptr; child = children.next(*child)) {
      if (++named > most_named) {
        text += ", ...";
        break;
      }
      text += separator + stuck_text(*child, now);
      separator = ", ";
    }
    if (named == 0) text += ": its body " + stuck_text(*joined.parent().node, now);
    throw not_stopping(text);
  });
}

std::exception_ptr make_not_stopping(const char* kind, const task_node& task, duration grace,
                                     time_point now) noexcept {
  return caught([&] {
    throw not_stopping(std::string(kind) + ": the work has not stopped within " +
                       duration_text(grace) + ": " + stuck_text(task, now));
  });
}

}  // namespace leat::detail
