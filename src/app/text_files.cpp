// SPDX-License-Identifier: MIT
#include "leat/app/text_files.hpp"

#include <string_view>

namespace leat::app {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string_view shown_name(proto::charset charset) noexcept {
  switch (charset) {
    case proto::charset::utf_8: return "UTF-8";
    case proto::charset::windows_1252: return "windows-1252";
    case proto::charset::utf_16: return "UTF-16";
    case proto::charset::utf_16le: return "UTF-16LE";
    case proto::charset::utf_16be: return "UTF-16BE";
  }
  return {};
}

}  // namespace

std::string detail::decode_file(std::string bytes, const std::string& path,
                                proto::charset charset) {
  const std::size_t good = proto::well_formed_size(bytes, charset);
  if (good != bytes.size()) {
    throw file_access_failure(path, "read",
                              "it is no " + std::string(shown_name(charset)) + " from byte " +
                                  std::to_string(good + 1) + " on");
  }
  if (charset != proto::charset::utf_8) return proto::decode_text(bytes, charset);
  if (bytes.starts_with(byte_order_mark)) bytes.erase(0, byte_order_mark.size());
  return bytes;
}

task<std::string> read_text_file(files& disk, std::string path, text_file_options options) {
  std::string bytes = co_await disk.read(path, options.max_bytes);
  co_return co_await to_cpu_thread(
      [&] { return detail::decode_file(std::move(bytes), path, options.charset); });
}

task<std::vector<outcome<std::string>>> read_text_files(files& disk, std::vector<std::string> paths,
                                                        text_file_options options) {
  const auto read = [&disk, options](std::string path) -> task<outcome<std::string>> {
    co_return co_await as_outcome(read_text_file(disk, std::move(path), options));
  };
  co_return co_await map_concurrent(options.max_concurrent, std::move(paths), read);
}

}  // namespace leat::app
