// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "leat/model/json_text.hpp"

namespace leat::model {

struct member;
struct enumerator;

/// Receives a value, piece by piece, and gives it the form of a document.
///
/// Inside an object every value follows its `key()`. Begin and end calls are balanced.
/// Errors: `write_error` for what the document cannot express.
/// Thread-safety: none. Lifetime: a writer exists only during `to_json()` and its siblings.
class writer {
 public:
  writer(const writer&) = delete;
  writer& operator=(const writer&) = delete;
  virtual ~writer() = default;

  virtual void null() = 0;
  virtual void boolean(bool value) = 0;
  virtual void integer(std::int64_t value) = 0;
  virtual void unsigned_integer(std::uint64_t value) = 0;
  virtual void number(double value) = 0;
  virtual void string(std::string_view value) = 0;
  virtual void json(const json_text& value) = 0;

  virtual void begin_array() = 0;
  virtual void end_array() = 0;
  virtual void begin_object() = 0;
  virtual void key(std::string_view name) = 0;
  virtual void end_object() = 0;

  /// `key()` for the name of a described member, which is UTF-8 and needs no escape.
  virtual void member_key(std::string_view name) { key(name); }

  /// The members of a described struct, in the order of its description.
  void structure(const void* object, std::span<const member> members);

  /// The name of a described enumerator.
  /// Errors: `write_error` if no enumerator has this value.
  void enumerator_name(std::int64_t value, std::span<const enumerator> names);

 protected:
  writer() = default;
};

}  // namespace leat::model
