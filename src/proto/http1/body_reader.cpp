// SPDX-License-Identifier: MIT
#include "leat/proto/http1/detail/body_reader.hpp"

#include <algorithm>

namespace leat::proto::http1::detail {

body_reader::status body_reader::next(std::string_view& input, std::string_view& data,
                                      const limits& limits) noexcept {
  if (error_ != errc{}) return status::failed;
  switch (how_) {
    case framing::none: return status::end;
    case framing::sized: return remaining_ == 0 ? status::end : take(input, data, limits);
    case framing::chunked: return next_in_chunks(input, data, limits);
    case framing::until_close: return next_until_close(input, data, limits);
  }
  return status::end;
}

body_reader::status body_reader::next_in_chunks(std::string_view& input, std::string_view& data,
                                                const limits& limits) noexcept {
  for (;;) {
    if (position_ == position::trailers) return status::trailers;
    if (position_ == position::chunk_data) {
      if (remaining_ != 0) return take(input, data, limits);
      position_ = position::chunk_cr;
    }
    if (input.empty()) return status::need_more;

    switch (position_) {
      case position::chunk_line:
        switch (line_.feed(input)) {
          case chunk_size_reader::status::need_more: return status::need_more;
          case chunk_size_reader::status::failed:
            return fail(static_cast<errc>(line_.error().value()));
          case chunk_size_reader::status::done: break;
        }
        extension_bytes_ += line_.extension_bytes();
        if (extension_bytes_ > limits.max_chunk_extension_bytes) {
          return fail(errc::chunk_extensions_too_large);
        }
        remaining_ = line_.size();
        position_ = remaining_ != 0 ? position::chunk_data : position::trailers;
        line_ = chunk_size_reader(limits.max_chunk_line_bytes);
        break;

      case position::chunk_cr:
        if (input.front() != '\r') return fail(errc::bad_chunk);
        input.remove_prefix(1);
        position_ = position::chunk_lf;
        break;

      case position::chunk_lf:
        if (input.front() != '\n') return fail(errc::bad_chunk);
        input.remove_prefix(1);
        position_ = position::chunk_line;
        break;

      case position::chunk_data:
      case position::trailers: break;
    }
  }
}

body_reader::status body_reader::next_until_close(std::string_view& input, std::string_view& data,
                                                  const limits& limits) noexcept {
  // What is within the limit is told first, so that it does not depend on how the bytes came.
  const std::uint64_t most = allowed(limits);
  if (most == 0 && !input.empty()) return fail(errc::body_too_large);
  remaining_ = std::min<std::uint64_t>(most, input.size());
  return take(input, data, limits);
}

body_reader::status body_reader::take(std::string_view& input, std::string_view& data,
                                      const limits& limits) noexcept {
  // What is announced is refused before it comes.
  if (remaining_ > allowed(limits)) return fail(errc::body_too_large);
  if (input.empty()) return status::need_more;

  data =
      input.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input.size())));
  input.remove_prefix(data.size());
  remaining_ -= data.size();
  total_ += data.size();
  return status::data;
}

bool body_reader::take_rest(std::string_view& input, std::string_view& data,
                            const limits& limits) noexcept {
  const bool is_known = how_ <= framing::sized && error_ == errc{};
  if (!is_known || remaining_ > std::min<std::uint64_t>(allowed(limits), input.size()))
    return false;
  data = {};
  return remaining_ == 0 || take(input, data, limits) == status::data;
}

std::uint64_t body_reader::allowed(const limits& limits) const noexcept {
  return limits.max_body_bytes - std::min(total_, limits.max_body_bytes);
}

body_reader::status body_reader::fail(errc why) noexcept {
  error_ = why;
  return status::failed;
}

}  // namespace leat::proto::http1::detail
