// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <exception>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "leat/app/error.hpp"
#include "leat/app/files.hpp"
#include "leat/base/invoke.hpp"
#include "leat/base/outcome.hpp"
#include "leat/coro/as_outcome.hpp"
#include "leat/coro/map_concurrent.hpp"
#include "leat/coro/task.hpp"
#include "leat/coro/to_thread.hpp"
#include "leat/proto/text/charset.hpp"

namespace leat::app {

struct text_file_options {
  std::size_t max_bytes = std::size_t{1} << 20;  ///< Of one file.
  /// How many are read at a time; a process has only so many descriptors.
  std::size_t max_concurrent = 8;
  /// How the text is written; `proto::find_charset` has them by name.
  proto::charset charset = proto::charset::utf_8;
};

/// Reads a text file, off the loop, and returns it in UTF-8. A byte order mark in front is left
/// out. A text with holes in it is none: unlike an answer of HTTP, it has to be well-formed.
///
/// Cancellation: that of `files::read`.
/// Errors: `file_access_failure`, also for a file that is too long, or malformed in its charset.
/// Lifetime: `disk` outlives the task.
[[nodiscard]] task<std::string> read_text_file(files& disk, std::string path,
                                               text_file_options options = {});

/// Reads several, some of them at a time, and returns the text or the error of each in the order of
/// the paths. One that fails keeps no other from being read.
///
/// Cancellation: that of `files::read`; none is begun after a stop.
/// Errors: `invalid_argument` if none may be read at a time.
/// Lifetime: `disk` outlives the task.
[[nodiscard]] task<std::vector<outcome<std::string>>> read_text_files(
    files& disk, std::vector<std::string> paths, text_file_options options = {});

namespace detail {

/// The text of a file's bytes, without a byte order mark. Errors: `file_access_failure`.
[[nodiscard]] std::string decode_file(std::string bytes, const std::string& path,
                                      proto::charset charset);

template <class Deserializer>
decltype(auto) deserialize(Deserializer& from, std::string text, const std::string& path) {
  if constexpr (std::invocable<Deserializer&, std::string, const std::string&>) {
    return leat::detail::invoke(from, std::move(text), path);
  } else {
    return leat::detail::invoke(from, std::move(text));
  }
}

}  // namespace detail

/// Makes a value of a text: `from(text)`, or `from(text, path)` for what says in its errors where
/// it read, such as `model::from_toml`. It takes the text as a `std::string`, or a view of it.
template <class Deserializer>
concept text_deserializer = std::copy_constructible<Deserializer> &&
                            (std::invocable<Deserializer&, std::string> ||
                             std::invocable<Deserializer&, std::string, const std::string&>);

/// What a deserializer makes.
template <text_deserializer Deserializer>
using deserialized = std::remove_cvref_t<decltype(detail::deserialize(
    std::declval<Deserializer&>(), std::string(), std::string()))>;

/// Reads a text file as the text of something, and returns what `from` makes of it.
///
/// Cancellation: that of `files::read`; deferred while `from` runs.
/// Errors: as without `from`; `file_content_failure`, which carries what `from` has thrown.
/// Lifetime: `disk` outlives the task.
/// Thread-safety: `from` is called on another thread.
template <text_deserializer Deserializer>
[[nodiscard]] task<deserialized<Deserializer>> read_text_file(files& disk, std::string path,
                                                              Deserializer from,
                                                              text_file_options options = {}) {
  std::string bytes = co_await disk.read(path, options.max_bytes);
  co_return co_await to_cpu_thread([&]() -> deserialized<Deserializer> {
    std::string text = detail::decode_file(std::move(bytes), path, options.charset);
    try {
      return detail::deserialize(from, std::move(text), path);
    } catch (...) {
      throw file_content_failure(path, std::current_exception());
    }
  });
}

/// The same for several, as `read_text_files` without `from`.
///
/// Thread-safety: each file has a copy of `from`, and several are called at a time.
template <text_deserializer Deserializer>
[[nodiscard]] task<std::vector<outcome<deserialized<Deserializer>>>> read_text_files(
    files& disk, std::vector<std::string> paths, Deserializer from,
    text_file_options options = {}) {
  const auto read = [&disk, &from,
                     options](std::string path) -> task<outcome<deserialized<Deserializer>>> {
    co_return co_await as_outcome(read_text_file(disk, std::move(path), from, options));
  };
  co_return co_await map_concurrent(options.max_concurrent, std::move(paths), read);
}

}  // namespace leat::app
