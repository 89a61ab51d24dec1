// SPDX-License-Identifier: MIT
#include "leat/app/text_files.hpp"

#include <string_view>
#include <utility>

#include "leat/app/error.hpp"
#include "leat/base/utf8.hpp"
#include "leat/coro/as_outcome.hpp"
#include "leat/coro/map_concurrent.hpp"

namespace leat::app {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Where a text stops being UTF-8.
std::size_t valid_prefix_size(std::string_view text) noexcept {
  std::size_t at = 0;
  while (const std::size_t size = utf8_sequence_size(text.substr(at))) at += size;
  return at;
}

}  // namespace

task<std::string> read_text_file(files& disk, std::string path, text_file_options options) {
  std::string text = co_await disk.read(path, options.max_bytes);
  if (!is_utf8(text)) {
    throw file_access_failure(
        path, "read",
        "it is no UTF-8 from byte " + std::to_string(valid_prefix_size(text) + 1) + " on");
  }
  if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
  co_return text;
}

task<std::vector<outcome<std::string>>> read_text_files(files& disk, std::vector<std::string> paths,
                                                        text_file_options options) {
  const auto read = [&disk, options](std::string path) -> task<outcome<std::string>> {
    co_return co_await as_outcome(read_text_file(disk, std::move(path), options));
  };
  co_return co_await map_concurrent(options.max_concurrent, std::move(paths), read);
}

}  // namespace leat::app
