// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace leat::proto {

/// The framing of a multipart/form-data body (RFC 7578; HTML, section 4.10.21.8): what stands in
/// front of each part's content and at the end. The contents themselves are the caller's, so a
/// file need not be in memory.
///
///     form_writer form(boundary);
///     body += form.begin_field("name");
///     body += "Ada";
///     body += form.begin_file("photo", "ada.jpg", "image/jpeg");
///     body += bytes_of_the_file;
///     body += form.end();
///
/// The boundary must not occur in any content; one with 128 random bits does not. It is 1 to 70
/// letters, digits, `-` or `_`, which need no quotes anywhere.
///
/// Names are escaped as browsers do it: a quote and the ends of lines are percent-encoded, and
/// nothing else, so no name can end its field or begin another.
///
/// Thread-safety: none.
class form_writer {
 public:
  [[nodiscard]] static bool is_boundary(std::string_view text) noexcept;

  /// `boundary` is one that `is_boundary()` agrees to.
  explicit form_writer(std::string boundary);

  /// The value of the Content-Type field.
  [[nodiscard]] std::string content_type() const;

  /// What stands in front of a field's value. The ends of lines in a value are the caller's too:
  /// browsers make each of them CR LF.
  [[nodiscard]] std::string begin_field(std::string_view name);

  /// What stands in front of a file's content. Without a type, `application/octet-stream`. A type
  /// with a control character is left out the same way.
  [[nodiscard]] std::string begin_file(std::string_view name, std::string_view filename,
                                       std::string_view type = {});

  /// What stands at the end. Nothing follows it.
  [[nodiscard]] std::string end();

 private:
  [[nodiscard]] std::string begin_part(std::string_view name);

  std::string boundary_;
  bool has_parts_ = false;
};

}  // namespace leat::proto
