// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "leat/proto/fields/fields.hpp"

namespace leat::proto {

/// How much of a form is read.
struct form_limits {
  form_limits() noexcept = default;

  std::size_t max_parts = 1000;
  std::size_t max_header_bytes = 8192;  ///< Of each part, with its empty line.
  std::uint64_t max_part_bytes = std::numeric_limits<std::uint64_t>::max();
  /// Of everything together, with the boundaries. What holds the body has a limit of its own, as
  /// a rule.
  std::uint64_t max_body_bytes = std::numeric_limits<std::uint64_t>::max();
};

/// How a part of a form begins.
struct form_part {
  std::string name;
  std::optional<std::string>
      filename;              ///< Nothing for an ordinary field. Never a path to write to.
  std::string content_type;  ///< Empty if there is none: text/plain.
  proto::fields headers;     ///< All of its header.
};

enum class form_event : std::uint8_t {
  need_more,  ///< Nothing more can be told until `feed()` or `finish()`.
  part,       ///< A part begins: `part()`.
  data,       ///< A piece of its content: `data()`, never empty.
  part_end,
  end,     ///< The last boundary was read. What follows it is ignored.
  failed,  ///< `error()`; every later call says the same.
};

/// Reads a multipart/form-data body (RFC 7578, RFC 2046, section 5.1), in pieces that may end
/// anywhere:
///
///     form_reader reader(*form_reader::boundary_of(content_type), limits);
///     for (each piece) {
///       reader.feed(piece);
///       while ((event = reader.next()) != form_event::need_more) ...
///     }
///     reader.finish();   // then next() tells `end` or `failed`
///
/// It is strict where readers differ, because that is how files are smuggled past one of them:
/// lines end with CR LF, a header has no folded lines, a boundary is followed by nothing but
/// blanks, and each part is `form-data` with one name. What stands in front of the first boundary
/// is ignored, as RFC 2046 asks. `filename*` is ignored, because RFC 7578 forbids it. In names,
/// `%22`, `%0D` and `%0A` are what browsers make of a quote and the ends of lines, and are turned
/// back; a backslash escapes a quote, and nothing else, because Windows paths were sent.
///
/// It holds no more than the header of a part, and a piece while that may end in a boundary.
///
/// Thread-safety: none.
class form_reader {
 public:
  /// The boundary in the value of a Content-Type field; nothing if that is not
  /// multipart/form-data, or its boundary is none (RFC 2046, section 5.1.1).
  [[nodiscard]] static std::optional<std::string> boundary_of(std::string_view content_type);

  /// `boundary` is 1 to 70 characters that RFC 2046 allows.
  explicit form_reader(std::string_view boundary, const form_limits& limits = {});
  form_reader(const form_reader&) = delete;
  form_reader& operator=(const form_reader&) = delete;
  ~form_reader() = default;

  /// Shows the next piece; `next()` has asked for it.
  /// Lifetime: `bytes` is valid until `next()` asks for more.
  void feed(std::string_view bytes);

  /// The body is over.
  void finish() noexcept { is_finished_ = true; }

  [[nodiscard]] form_event next();

  /// From `part` until the next `part`.
  [[nodiscard]] const form_part& part() const noexcept { return part_; }
  /// At `data`. Lifetime: until the next call.
  [[nodiscard]] std::string_view data() const noexcept { return data_; }
  [[nodiscard]] std::error_code error() const noexcept { return error_; }

 private:
  enum class state : std::uint8_t { preamble, delimiter, header, content, end, failed };

  form_event fail(std::error_code why) noexcept;
  form_event starve();
  void consume(std::size_t size) noexcept;
  [[nodiscard]] std::size_t find_delimiter(bool& is_whole) const noexcept;
  form_event read_preamble();
  form_event read_delimiter();
  form_event read_header();
  form_event read_content();
  [[nodiscard]] std::error_code take_part(std::string_view lines);

  std::string delimiter_;  // CR LF, two hyphens and the boundary
  form_limits limits_;
  std::string_view input_;    // what has not been used of the piece, or of `held_`
  std::string held_;          // what is kept from the pieces before
  std::size_t searched_ = 0;  // of `input_`, for the end of a header
  form_part part_;
  std::string_view data_;
  std::error_code error_;
  std::uint64_t body_bytes_ = 0;
  std::uint64_t part_bytes_ = 0;
  std::size_t parts_ = 0;
  state state_ = state::preamble;
  bool is_finished_ = false;
};

}  // namespace leat::proto
