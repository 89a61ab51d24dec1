// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace leat::proto {

/// One field of a message head or trailer: `name: value`. Owns neither.
struct field {
  std::string_view name;
  std::string_view value;

  friend bool operator==(const field&, const field&) = default;
};

/// Where one field lies in the text that holds it, as offsets: they stay right when the text
/// is moved or copied. This is what a parser produces.
struct field_slice {
  std::uint32_t name_begin;
  std::uint32_t name_size;
  std::uint32_t value_begin;
  std::uint32_t value_size;
};

/// A list of fields in order, owned by somebody else: a `fields`, or a parser and the buffer
/// that it read from. Names are compared without regard to case.
///
/// Lifetime: every view obtained from it refers to the owner's text.
class fields_view {
 public:
  class iterator;

  constexpr fields_view() noexcept = default;

  /// Lifetime: refers to both; the offsets in `slices` count from the start of `text`.
  constexpr fields_view(std::string_view text, std::span<const field_slice> slices) noexcept
      : text_(text), slices_(slices.data()), size_(slices.size()) {}

  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
  [[nodiscard]] constexpr bool is_empty() const noexcept { return size_ == 0; }
  [[nodiscard]] constexpr field operator[](std::size_t index) const noexcept;
  [[nodiscard]] constexpr iterator begin() const noexcept;
  [[nodiscard]] constexpr iterator end() const noexcept;

  /// The value of the first field of that name.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const noexcept;

  /// The values of all fields of that name, in order.
  [[nodiscard]] std::vector<std::string_view> get_all(std::string_view name) const;

  [[nodiscard]] bool contains(std::string_view name) const noexcept;

  /// The values of all fields of that name as one list, joined by ", " (RFC 9110, section
  /// 5.3). Set-Cookie is not a list and must not be joined: only its first value is returned.
  [[nodiscard]] std::optional<std::string> joined(std::string_view name) const;

  /// Whether the comma-separated list in the fields of that name has `token`, whatever the
  /// case: `has_token("connection", "close")`.
  [[nodiscard]] bool has_token(std::string_view name, std::string_view token) const noexcept;

  /// The text and the slices behind the view, for whoever copies them.
  [[nodiscard]] constexpr std::string_view text() const noexcept { return text_; }
  [[nodiscard]] std::span<const field_slice> slices() const noexcept;

 private:
  friend class fields;

  constexpr fields_view(std::string_view text, const field_slice* slices, std::size_t size) noexcept
      : text_(text), slices_(slices), size_(size) {}

  // No span: making one here would check its concepts in each file of each user.
  std::string_view text_;
  const field_slice* slices_ = nullptr;
  std::size_t size_ = 0;
};

/// Walks a `fields_view`. Yields `field` by value.
class fields_view::iterator {
 public:
  using value_type = field;
  using difference_type = std::ptrdiff_t;
  using reference = field;
  using pointer = void;
  using iterator_category = std::input_iterator_tag;
  using iterator_concept = std::forward_iterator_tag;

  constexpr iterator() noexcept = default;
  constexpr iterator(const char* text, const field_slice* at) noexcept : text_(text), at_(at) {}

  constexpr field operator*() const noexcept {
    return {{text_ + at_->name_begin, std::size_t{at_->name_size}},
            {text_ + at_->value_begin, std::size_t{at_->value_size}}};
  }
  constexpr iterator& operator++() noexcept {
    ++at_;
    return *this;
  }
  constexpr iterator operator++(int) noexcept { return {text_, at_++}; }
  friend constexpr bool operator==(iterator a, iterator b) noexcept { return a.at_ == b.at_; }

 private:
  const char* text_ = nullptr;
  const field_slice* at_ = nullptr;
};

constexpr fields_view::iterator fields_view::begin() const noexcept {
  return {text_.data(), slices_};
}
constexpr fields_view::iterator fields_view::end() const noexcept {
  return {text_.data(), slices_ + size_};
}
constexpr field fields_view::operator[](std::size_t index) const noexcept {
  return *iterator(text_.data(), slices_ + index);
}

/// The fields of a message: a multimap in order of insertion whose names are compared without
/// regard to case. Names keep the spelling they came in.
///
/// All text and all offsets lie in one piece of memory, so building or copying a head costs one
/// allocation, and a head that was parsed is taken over with two copies of memory.
///
/// Nothing is checked here: what is about to be sent is checked by the serializer, with
/// `check_field()`.
///
/// What was moved from is empty.
///
/// Lifetime: views into it are valid until it is changed. Arguments may be such views.
/// Errors: std::length_error when the text would pass 4 GiB.
/// Thread-safety: none; reading from several threads is safe.
class fields {
 public:
  using iterator = fields_view::iterator;

  fields() noexcept = default;
  fields(std::initializer_list<field> list);

  /// Takes over a copy of what `view` shows, for instance a head that was just parsed.
  explicit fields(fields_view view) { assign(view); }

  fields(const fields& other) : fields(other.view()) { dead_bytes_ = other.dead_bytes_; }
  fields(fields&& other) noexcept { swap(other); }
  fields& operator=(const fields& other);
  fields& operator=(fields&& other) noexcept {
    fields(static_cast<fields&&>(other)).swap(*this);
    return *this;
  }
  ~fields() {
    if (memory_ != nullptr) release();
  }
  void swap(fields& other) noexcept;

  // A view converts implicitly wherever fields are only read.
  operator fields_view() const noexcept { return view(); }  // NOLINT(google-explicit-constructor)
  [[nodiscard]] fields_view view() const noexcept {
    return {std::string_view(text(), text_size_), slices(), size_};
  }

  /// As the constructor, into the memory that is there, if it is enough. `view` is of no text or
  /// slices of this object.
  void assign(fields_view view);

  /// Adds a field at the end, whether or not there are others of that name.
  void add(std::string_view name, std::string_view value);

  /// Makes `value` the only value of that name: at the place of the first such field, or at
  /// the end.
  void set(std::string_view name, std::string_view value);

  /// Removes every field of that name. Returns how many there were.
  std::size_t remove(std::string_view name) noexcept;

  void clear() noexcept;

  /// Makes room for `count` fields with `text_bytes` of names and values.
  void reserve(std::size_t count, std::size_t text_bytes);

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool is_empty() const noexcept { return size_ == 0; }
  [[nodiscard]] field operator[](std::size_t index) const noexcept { return view()[index]; }
  [[nodiscard]] iterator begin() const noexcept { return view().begin(); }
  [[nodiscard]] iterator end() const noexcept { return view().end(); }

  /// As in `fields_view`.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const noexcept;
  [[nodiscard]] std::vector<std::string_view> get_all(std::string_view name) const;
  [[nodiscard]] bool contains(std::string_view name) const noexcept {
    return view().contains(name);
  }
  [[nodiscard]] std::optional<std::string> joined(std::string_view name) const;
  [[nodiscard]] bool has_token(std::string_view name, std::string_view token) const noexcept {
    return view().has_token(name, token);
  }

 private:
  // First the slices, which need to be aligned, then the text.
  [[nodiscard]] static std::size_t bytes_of(std::size_t slices, std::size_t text) noexcept {
    return slices * sizeof(field_slice) + text;
  }
  [[nodiscard]] field_slice* slices() const noexcept { return static_cast<field_slice*>(memory_); }
  [[nodiscard]] char* text() const noexcept {
    return static_cast<char*>(memory_) + bytes_of(capacity_, 0);
  }

  void release() noexcept;
  void allocate(std::size_t slices, std::size_t text);
  [[nodiscard]] fields copy_with_room(std::size_t slices, std::size_t text) const;
  /// Returns what was there before, if that had to be replaced: arguments may lie in it.
  [[nodiscard]] fields grow(std::size_t slices, std::size_t text);
  [[nodiscard]] field_slice put_text(std::string_view name, std::string_view value) noexcept;
  void drop_dead_text();

  void* memory_ = nullptr;
  std::uint32_t size_ = 0;  // of the slices
  std::uint32_t capacity_ = 0;
  std::uint32_t text_size_ = 0;
  std::uint32_t text_capacity_ = 0;
  std::uint32_t dead_bytes_ = 0;  // text that no slice refers to any more
};

/// Whether the two have the same names (whatever the case) and values in the same order.
[[nodiscard]] bool operator==(const fields& a, const fields& b) noexcept;

/// Whether the value of a field of that name is a credential: authorization,
/// proxy-authorization, cookie or set-cookie.
[[nodiscard]] bool is_secret_field(std::string_view name) noexcept;

/// The fields on one line for a log or a message: `{host: a.test, authorization: [secure]}`.
/// Values of secret fields and of those in `also_secret` are hidden; control characters are
/// shown as `\x0a`, so that nothing in a field can start a line of its own.
[[nodiscard]] std::string redacted(fields_view fields,
                                   std::span<const std::string_view> also_secret = {});

}  // namespace leat::proto
