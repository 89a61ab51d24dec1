// SPDX-License-Identifier: MIT
#include "leat/http/router.hpp"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "leat/base/assert.hpp"
#include "leat/base/error.hpp"
#include "leat/proto/fields/validation.hpp"

#include "http/escaped_text.hpp"

namespace leat::http {
namespace detail {

struct route {
  std::string method;
  std::string pattern;
  std::vector<std::string> parameters;  // names, in the order of the path
  impl_ptr<stored_handler> handler;
  std::size_t index = 0;  // among all, in the order in which they were added
};

/// All routes whose patterns begin with the same segments.
struct route_node {
  struct branch {
    std::string text;
    std::unique_ptr<route_node> node;
  };

  std::vector<branch> literals;  // in the order of their texts
  std::unique_ptr<route_node> parameter;
  std::vector<std::unique_ptr<route>> routes;  // whose patterns end here, one for each method

  [[nodiscard]] const route* find(std::string_view method) const noexcept {
    for (const auto& each : routes) {
      if (each->method == method) return each.get();
    }
    return nullptr;
  }
};

/// The nodes of patterns without parameters. A path that is spelled like one of them ends at its
/// node before it ends anywhere else, so most requests need no walk.
class literal_paths {
 public:
  /// Lifetime: `pattern` and `node` outlive this.
  void add(std::string_view pattern, const route_node& node) { nodes_.emplace(pattern, &node); }

  [[nodiscard]] const route_node* find(std::string_view path) const noexcept {
    const auto found = nodes_.find(path);
    return found != nodes_.end() ? found->second : nullptr;
  }

 private:
  std::unordered_map<std::string_view, const route_node*> nodes_;
};

namespace {

/// Takes the first segment from the front of `rest`; nothing is left behind the last one.
struct segment_cut {
  explicit segment_cut(std::string_view path) noexcept {
    const std::size_t slash = path.find('/');
    segment = path.substr(0, slash);
    is_last = slash == std::string_view::npos;
    if (!is_last) rest = path.substr(slash + 1);
  }

  std::string_view segment;
  std::string_view rest;
  bool is_last;
};

/// Visits the nodes at which a path ends, the best match first, until the visitor has what it
/// wants. The depth of the recursion is that of the patterns, not that of the path.
template <class Visitor>
class path_walk {
 public:
  path_walk(bool is_escaped, Visitor& visitor) noexcept
      : visitor_(visitor), is_escaped_(is_escaped) {}

  bool from(const route_node& node, std::string_view path, std::size_t depth = 0) {
    const segment_cut cut(path);
    if (const route_node* const next = literal(node, cut.segment)) {
      if (cut.is_last ? visitor_.visit(*next) : from(*next, cut.rest, depth)) return true;
    }
    if (node.parameter == nullptr || cut.segment.empty()) return false;
    visitor_.set_parameter(depth, cut.segment);
    return cut.is_last ? visitor_.visit(*node.parameter)
                       : from(*node.parameter, cut.rest, depth + 1);
  }

 private:
  const route_node* literal(const route_node& node, std::string_view segment) const noexcept {
    if (is_escaped_ && segment.find('%') != std::string_view::npos) {
      for (const auto& each : node.literals) {
        if (unescapes_to(segment, each.text)) return each.node.get();
      }
      return nullptr;
    }
    const auto found = std::lower_bound(
        node.literals.begin(), node.literals.end(), segment,
        [](const route_node::branch& each, std::string_view text) { return each.text < text; });
    return found != node.literals.end() && found->text == segment ? found->node.get() : nullptr;
  }

  Visitor& visitor_;
  bool is_escaped_;
};

/// Calls `visit(node)` for the nodes of a path until it returns true. Returns false for a path
/// that is malformed.
template <class Visitor>
bool visit_path(const route_node& root, std::string_view path, Visitor& visitor) {
  if (path.empty() || path.front() != '/') return false;
  const bool is_escaped = path.find('%') != std::string_view::npos;
  if (is_escaped && !is_well_escaped(path)) return false;
  path_walk<Visitor>(is_escaped, visitor).from(root, path.substr(1));
  return true;
}

[[noreturn]] void refuse(std::string_view method, std::string_view pattern, const char* why) {
  throw invalid_argument("route " + std::string(method) + " " + std::string(pattern) + ": " + why);
}

/// The name in `{name}`, or nothing if the segment is a literal.
std::string_view parameter_name(std::string_view segment) noexcept {
  const bool has_braces = segment.size() >= 2 && segment.front() == '{' && segment.back() == '}';
  return has_braces ? segment.substr(1, segment.size() - 2) : std::string_view();
}

void check_characters(std::string_view method, std::string_view pattern) {
  if (pattern.empty() || pattern.front() != '/') refuse(method, pattern, "does not begin with '/'");
  for (const char c : pattern) {
    if (c == '%') refuse(method, pattern, "is written in plain text, without '%'");
    if (c == '?' || c == '#') refuse(method, pattern, "is a path, without query or fragment");
    if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f') {
      refuse(method, pattern, "holds a blank or a control character");
    }
  }
}

}  // namespace
}  // namespace detail

using detail::route;
using detail::route_node;

std::string_view route_match::pattern() const noexcept {
  return route_ != nullptr ? std::string_view(route_->pattern) : std::string_view();
}

std::size_t route_match::index() const noexcept {
  LEAT_ASSERT(route_ != nullptr);
  return route_->index;
}

std::string_view route_match::parameter(std::string_view name) const {
  if (route_ != nullptr) {
    for (std::size_t i = 0; i < route_->parameters.size(); ++i) {
      if (route_->parameters[i] == name) return path_.substr(slices_[i].begin, slices_[i].size);
    }
  }
  throw invalid_argument("the route " + std::string(pattern()) + " has no parameter {" +
                         std::string(name) + "}");
}

task<server_response> route_match::call(server_request& request) const {
  LEAT_ASSERT(route_ != nullptr);
  return route_->handler->call(request);
}

router::router()
    : root_(make_impl<route_node>()), literal_paths_(make_impl<detail::literal_paths>()) {}
router::router(router&&) noexcept = default;
router& router::operator=(router&&) noexcept = default;
router::~router() = default;

void router::add_route(std::string_view method, std::string_view pattern,
                       impl_ptr<detail::stored_handler> handler) {
  if (!proto::is_token(method)) detail::refuse(method, pattern, "the method is no token");
  detail::check_characters(method, pattern);

  auto added = std::make_unique<route>();
  added->method = method;
  added->pattern = pattern;
  added->handler = std::move(handler);
  added->index = in_order_.size();
  in_order_.reserve(in_order_.size() + 1);  // so that what is added below is in the list too

  std::string_view rest = pattern.substr(1);
  std::vector<std::string_view> segments;
  for (bool is_last = false; !is_last;) {
    const detail::segment_cut cut(rest);
    segments.push_back(cut.segment);
    rest = cut.rest;
    is_last = cut.is_last;
  }
  for (const auto segment : segments) {
    const auto name = detail::parameter_name(segment);
    if ((name.empty() ? segment : name).find_first_of("{}") != std::string_view::npos) {
      detail::refuse(method, pattern, "a parameter is a whole segment with a name: {name}");
    }
    if (name.empty()) continue;
    if (std::find(added->parameters.begin(), added->parameters.end(), name) !=
        added->parameters.end()) {
      detail::refuse(method, pattern, "two parameters have the same name");
    }
    if (added->parameters.size() == route_match::max_parameters) {
      detail::refuse(method, pattern, "has more than 8 parameters");
    }
    added->parameters.emplace_back(name);
  }

  route_node* node = &*root_;
  for (const auto segment : segments) {
    if (!detail::parameter_name(segment).empty()) {
      if (node->parameter == nullptr) node->parameter = std::make_unique<route_node>();
      node = node->parameter.get();
      continue;
    }
    auto at = std::lower_bound(
        node->literals.begin(), node->literals.end(), segment,
        [](const route_node::branch& each, std::string_view text) { return each.text < text; });
    if (at == node->literals.end() || at->text != segment) {
      at = node->literals.insert(at, {std::string(segment), std::make_unique<route_node>()});
    }
    node = at->node.get();
  }
  if (const route* const other = node->find(method)) {
    detail::refuse(method, pattern, ("is taken by " + other->pattern).c_str());
  }
  const route& kept = *node->routes.emplace_back(std::move(added));
  in_order_.push_back(&kept);
  if (kept.parameters.empty()) literal_paths_->add(kept.pattern, *node);
}

route_match router::find(std::string_view method, std::string_view path) const noexcept {
  struct visitor {
    bool visit(const route_node& node) noexcept {
      if (node.routes.empty()) return false;
      const route* chosen = node.find(method);
      if (chosen == nullptr && method == "HEAD") chosen = node.find("GET");
      if (chosen == nullptr) {
        found.outcome_ = route_match::result::no_such_method;
        return false;
      }
      found.route_ = chosen;
      found.outcome_ = route_match::result::found;
      return true;
    }
    void set_parameter(std::size_t index, std::string_view value) noexcept {
      found.slices_[index] = {static_cast<std::uint32_t>(value.data() - found.path_.data()),
                              static_cast<std::uint32_t>(value.size())};
    }

    std::string_view method;
    route_match& found;
  };

  route_match found(path);
  visitor search{method, found};
  // A pattern holds no `%`, so a path that is escaped is none of these.
  if (const route_node* const node = literal_paths_->find(path)) {
    if (search.visit(*node)) return found;
  }
  if (!detail::visit_path(*root_, path, search)) {
    found.outcome_ = route_match::result::malformed_path;
  }
  return found;
}

std::vector<route_description> router::routes() const {
  std::vector<route_description> all;
  all.reserve(in_order_.size());
  for (const auto* each : in_order_) all.push_back({each->method, each->pattern});
  return all;
}

std::string router::allowed_methods(std::string_view path) const {
  struct visitor {
    bool visit(const route_node& node) {
      for (const auto& each : node.routes) {
        add(each->method);
        if (each->method == "GET") add("HEAD");
      }
      return false;
    }
    void set_parameter(std::size_t, std::string_view) noexcept {}
    void add(std::string_view method) {
      if (std::find(methods.begin(), methods.end(), method) == methods.end()) {
        methods.push_back(method);
      }
    }

    std::vector<std::string_view> methods;
  };

  visitor collection;
  detail::visit_path(*root_, path, collection);
  std::string list;
  for (const auto method : collection.methods) {
    if (!list.empty()) list += ", ";
    list += method;
  }
  return list;
}

}  // namespace leat::http
