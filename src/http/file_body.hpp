// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "leat/http/body_source.hpp"
#include "leat/io/policy.hpp"

namespace leat::http {

/// A regular file that is open for reading. What it does blocks.
class disk_file {
 public:
  /// Errors: `unreadable_body`.
  explicit disk_file(const std::string& path);
  disk_file(const disk_file&) = delete;
  disk_file& operator=(const disk_file&) = delete;
  ~disk_file();

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  /// The next bytes from `place` on, which is in front of the end.
  /// Errors: `unreadable_body`, also if the file ends before the size it had.
  [[nodiscard]] std::string read(std::uint64_t place) const;

 private:
  std::string name_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
};

template <class Io>
class file_source final : public basic_body_source<Io> {
 public:
  explicit file_source(std::string path) : path_(std::move(path)) {}

  typename Io::template result<void> prepare() override { return Io::expose(open()); }
  typename Io::template result<std::optional<std::string>> next() override {
    return Io::expose(read());
  }
  [[nodiscard]] std::optional<std::uint64_t> size() const noexcept override {
    if (file_ == nullptr) return std::nullopt;
    return file_->size();
  }
  bool rewind() override {
    place_ = 0;
    return true;
  }

 private:
  typename Io::template task<void> open() {
    if (file_ != nullptr) co_return;
    file_ = co_await Io::offload([path = path_] { return std::make_shared<disk_file>(path); });
  }

  typename Io::template task<std::optional<std::string>> read() {
    co_await open();
    if (place_ == file_->size()) co_return std::nullopt;
    std::string piece =
        co_await Io::offload([file = file_, place = place_] { return file->read(place); });
    place_ += piece.size();
    co_return piece;
  }

  std::string path_;
  std::shared_ptr<disk_file> file_;
  std::uint64_t place_ = 0;
};

}  // namespace leat::http
