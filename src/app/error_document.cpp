// SPDX-License-Identifier: MIT
#include "app/error_document.hpp"

#include <cstdlib>
#include <memory>
#include <typeinfo>

#include <cxxabi.h>

#include "leat/base/error.hpp"
#include "leat/base/error_detail.hpp"

#include "app/rendering.hpp"

namespace leat::app {
namespace {

// Errors that carry errors are as deep as groups are nested; what is deeper was put together by
// somebody who does not mean well, or by mistake.
constexpr std::size_t max_depth = 32;

std::string qualified_name(const std::type_info& type) {
  int failure = 0;
  const std::unique_ptr<char, void (*)(void*)> name(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &failure), &std::free);
  return name != nullptr ? name.get() : type.name();
}

/// What stands behind the namespaces, with template arguments as they are.
std::string_view unqualified(std::string_view name) noexcept {
  const std::size_t arguments = name.find('<');
  const std::size_t end = name.substr(0, arguments).rfind("::");
  return end == name.npos ? name : name.substr(end + 2);
}

document document_of_failure(const std::exception_ptr& what, std::size_t depth);

document document_of_details(const error_details& details, std::size_t depth);

void add_detail(document& to, const error_detail& detail, std::size_t depth) {
  struct visitor {
    document operator()(const std::string& text) const { return document::of_text(text); }
    document operator()(std::int64_t number) const { return document::of_integer(number); }
    document operator()(bool truth) const { return document::of_boolean(truth); }
    document operator()(const std::vector<std::exception_ptr>& errors) const {
      document made = document::of_array();
      for (const auto& each : errors) {
        made.elements.push_back(document_of_failure(each, depth + 1));
      }
      return made;
    }
    document operator()(const std::vector<error_details>& records) const {
      document made = document::of_array();
      for (const auto& each : records) {
        made.elements.push_back(document_of_details(each, depth + 1));
      }
      return made;
    }

    std::size_t depth;
  };
  to.add(valid_utf8(detail.key), std::visit(visitor{depth}, detail.value));
}

document document_of_details(const error_details& details, std::size_t depth) {
  document made = document::of_object();
  if (depth > max_depth) return made;
  for (const auto& each : details) add_detail(made, each, depth);
  return made;
}

document document_named(const std::string& name, std::string_view message) {
  document made = document::of_object();
  made.add("class", document::of_text(unqualified(name)));
  made.add("fqclass", document::of_text(name));
  made.add("message", document::of_text(message));
  return made;
}

document document_of_exception(const std::exception& what, std::size_t depth) {
  document made = document_named(qualified_name(typeid(what)), what.what());
  if (depth > max_depth) return made;
  if (const auto* const ours = dynamic_cast<const leat::error*>(&what)) {
    if (ours->cause()) made.add("cause", document::of_text(ours->cause().message()));
    for (const auto& each : ours->details()) add_detail(made, each, depth);
  }
  const auto* const nesting = dynamic_cast<const std::nested_exception*>(&what);
  if (nesting != nullptr && nesting->nested_ptr() != nullptr && made.find("errors") == nullptr) {
    document inner = document::of_array();
    inner.elements.push_back(document_of_failure(nesting->nested_ptr(), depth + 1));
    made.add("errors", std::move(inner));
  }
  return made;
}

document document_of_failure(const std::exception_ptr& what, std::size_t depth) {
  if (what == nullptr) return document_named("nothing", describe(what));
  try {
    std::rethrow_exception(what);
  } catch (const std::exception& e) {
    return document_of_exception(e, depth);
  } catch (...) {
    const std::type_info* const type = abi::__cxa_current_exception_type();
    return document_named(type != nullptr ? qualified_name(*type) : "unknown", describe(what));
  }
}

std::string text_in(const document& what, std::string_view key) {
  const document* const found = what.find(key);
  return found != nullptr ? plain_scalar(*found) : std::string();
}

/// The message, or a shorter one where all the rest of it is listed below.
std::string headline(const document& what) {
  std::string summary = text_in(what, summary_key);
  return summary.empty() ? text_in(what, "message") : summary;
}

/// A problem: source, line and column, key, message.
std::string record_line(const document& what) {
  std::string place = text_in(what, "source");
  if (const std::string line = text_in(what, "line"); !line.empty()) {
    place += (place.empty() ? "line " : " line ") + line + ", column " + text_in(what, "column");
  }
  std::string text;
  for (const std::string& part : {place, text_in(what, "key"), text_in(what, "message")}) {
    if (!part.empty()) text += (text.empty() ? "" : ": ") + part;
  }
  return text;
}

/// Calls `error` or `record` for whatever an error lists.
template <class Error, class Record>
void for_each_listed(const document& what, const Error& error, const Record& record) {
  for (const auto& [key, value] : what.members) {
    if (value.kind != document::kind_t::array) continue;
    for (const auto& each : value.elements) {
      if (each.find("fqclass") != nullptr) {
        error(each);
      } else {
        record(each);
      }
    }
  }
}

void append_for_people(std::string& to, const document& what, std::size_t depth,
                       const palette& colours) {
  to.append(2 * depth, ' ').append(colours.failure).append(visible(headline(what)));
  to.append(colours.end).append(" ").append(colours.quiet);
  to.append("[").append(visible(text_in(what, "fqclass"))).append("]").append(colours.end);
  to += '\n';
  for_each_listed(
      what, [&](const document& error) { append_for_people(to, error, depth + 1, colours); },
      [&](const document& record) {
        to.append(2 * (depth + 1), ' ').append(visible(record_line(record))).append("\n");
      });
}

std::string markdown_headline(const document& what) {
  return "[**" + markdown_text(text_in(what, "fqclass")) + "**] " + markdown_text(headline(what)) +
         "\n";
}

void append_markdown_list(std::string& to, const document& what, std::size_t depth) {
  for_each_listed(
      what,
      [&](const document& error) {
        to.append(2 * depth, ' ').append("- ").append(markdown_headline(error));
        append_markdown_list(to, error, depth + 1);
      },
      [&](const document& record) {
        to.append(2 * depth, ' ').append("- ").append(markdown_text(record_line(record)));
        to += '\n';
      });
}

}  // namespace

document document_of_error(const std::exception& what) {
  return document_of_exception(what, 0);
}

document document_of_error(const std::exception_ptr& what) {
  return document_of_failure(what, 0);
}

std::string error_for_people(const document& what, bool has_colours) {
  std::string made;
  append_for_people(made, what, 0, palette::of(has_colours));
  return made;
}

std::string error_in_markdown(const document& what) {
  std::string made = markdown_headline(what);
  append_markdown_list(made, what, 0);
  return made;
}

}  // namespace leat::app
