// SPDX-License-Identifier: MIT
#pragma once

#include "leat/base/assert.hpp"

namespace leat {

/// The links of an object that can stand in one `intrusive_list` of the same tag at a time.
/// An object leaves its list when it is destroyed.
template <class Tag>
class list_hook {
 public:
  list_hook() noexcept = default;
  list_hook(const list_hook&) = delete;
  list_hook& operator=(const list_hook&) = delete;
  ~list_hook() { unlink(); }

  [[nodiscard]] bool is_linked() const noexcept { return next_ != nullptr; }

  /// Takes the object out of its list. Does nothing when it is in none.
  void unlink() noexcept {
    if (next_ == nullptr) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    next_ = previous_ = nullptr;
  }

 private:
  template <class, class>
  friend class intrusive_list;

  list_hook* next_ = nullptr;
  list_hook* previous_ = nullptr;
};

/// A doubly linked list of objects that carry their own links: no allocation, and an object
/// leaves in constant time. `Value` derives from `list_hook<Tag>`.
///
/// Lifetime: does not own its objects; the list must be empty when it is destroyed, unless
/// its objects are never touched again.
template <class Value, class Tag>
class intrusive_list {
 public:
  using hook = list_hook<Tag>;

  intrusive_list() noexcept { head_.next_ = head_.previous_ = &head_; }
  intrusive_list(const intrusive_list&) = delete;
  intrusive_list& operator=(const intrusive_list&) = delete;
  ~intrusive_list() {
    while (!is_empty()) pop_front();
    head_.next_ = head_.previous_ = nullptr;
  }

  [[nodiscard]] bool is_empty() const noexcept { return head_.next_ == &head_; }

  // A second link would tie the list into a loop, which shows only much later.
  void push_back(Value& value) noexcept { insert_before(head_, value); }
  void push_front(Value& value) noexcept { insert_before(*head_.next_, value); }

  [[nodiscard]] Value& front() noexcept { return static_cast<Value&>(*head_.next_); }
  [[nodiscard]] Value& back() noexcept { return static_cast<Value&>(*head_.previous_); }
  [[nodiscard]] const Value& back() const noexcept {
    return static_cast<const Value&>(*head_.previous_);
  }

  Value& pop_front() noexcept {
    LEAT_ASSERT(!is_empty());
    Value& value = front();
    static_cast<hook&>(value).unlink();
    return value;
  }

  Value& pop_back() noexcept {
    LEAT_ASSERT(!is_empty());
    Value& value = back();
    static_cast<hook&>(value).unlink();
    return value;
  }

  /// Moves all of `other` behind what is here.
  void splice_back(intrusive_list& other) noexcept {
    if (other.is_empty()) return;
    hook* const first = other.head_.next_;
    hook* const last = other.head_.previous_;
    other.head_.next_ = other.head_.previous_ = &other.head_;
    first->previous_ = head_.previous_;
    last->next_ = &head_;
    head_.previous_->next_ = first;
    head_.previous_ = last;
  }

  /// The first object, or null. With `next()` it walks the list without changing it.
  [[nodiscard]] Value* first() noexcept { return value_at(head_.next_); }
  [[nodiscard]] Value* next(Value& value) noexcept {
    return value_at(static_cast<hook&>(value).next_);
  }

 private:
  [[nodiscard]] Value* value_at(hook* at) noexcept {
    return at == &head_ ? nullptr : static_cast<Value*>(at);
  }

  static void insert_before(hook& place, Value& value) noexcept {
    hook& added = value;
    LEAT_ASSERT(!added.is_linked());
    added.previous_ = place.previous_;
    added.next_ = &place;
    place.previous_->next_ = &added;
    place.previous_ = &added;
  }

  hook head_;
};

}  // namespace leat
