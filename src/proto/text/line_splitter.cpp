// SPDX-License-Identifier: MIT
#include "leat/proto/text/line_splitter.hpp"

#include <algorithm>
#include <utility>

#include "leat/proto/text/error.hpp"

namespace leat::proto {

bool line_splitter::next(std::string_view& line) {
  line = {};
  if (is_too_long_) return false;
  if (std::exchange(is_held_used_, false)) held_.clear();
  skip_lf();
  const std::size_t size = std::min(input_.find_first_of("\r\n"), input_.size());
  if (held_.size() + size > max_bytes_) {
    is_too_long_ = true;
    return false;
  }
  const bool has_end = size < input_.size();
  if (!has_end && !(is_finished_ && held_.size() + size != 0)) {
    held_ += std::exchange(input_, {});
    return false;
  }
  if (held_.empty()) {
    line = input_.substr(0, size);
  } else {
    held_ += input_.substr(0, size);
    is_held_used_ = true;
    line = held_;
  }
  skips_lf_ = has_end && input_[size] == '\r';
  input_.remove_prefix(has_end ? size + 1 : size);
  return true;
}

std::string_view line_splitter::take_rest() noexcept {
  skip_lf();
  return std::exchange(input_, {});
}

void line_splitter::skip_lf() noexcept {
  if (!skips_lf_ || input_.empty()) return;
  skips_lf_ = false;
  if (input_.front() == '\n') input_.remove_prefix(1);
}

std::error_code line_splitter::error() const noexcept {
  if (is_too_long_) return text_errc::line_too_long;
  return {};
}

}  // namespace leat::proto
