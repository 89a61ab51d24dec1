// SPDX-License-Identifier: MIT
#include "input.hpp"

#include <cerrno>
#include <cstdint>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <leat/coro/to_thread.hpp>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exit_status.hpp"
#include "output.hpp"

namespace cli {
namespace {

/// A file that is open for reading. The standard input is left open.
class input_file {
 public:
  explicit input_file(const std::string& path)
      : name_(path == "-" ? "the standard input" : path),
        descriptor_(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0) fail();
    struct stat status{};
    if (::fstat(descriptor_, &status) != 0) fail();
    if (S_ISDIR(status.st_mode)) {
      errno = EISDIR;
      fail();
    }
    if (S_ISREG(status.st_mode)) begin_ = ::lseek(descriptor_, 0, SEEK_CUR);
    if (begin_ >= 0) size_ = static_cast<std::uint64_t>(status.st_size - begin_);
  }
  input_file(const input_file&) = delete;
  input_file& operator=(const input_file&) = delete;
  ~input_file() {
    if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
  }

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  [[nodiscard]] std::optional<std::uint64_t> size() const noexcept { return size_; }
  bool rewind() const noexcept {
    return begin_ >= 0 && ::lseek(descriptor_, begin_, SEEK_SET) == begin_;
  }

  /// Empty at the end.
  [[nodiscard]] std::string read() const {
    constexpr std::size_t piece_bytes = std::size_t{64} << 10;
    std::string piece(piece_bytes, '\0');
    for (;;) {
      const ssize_t size = ::read(descriptor_, piece.data(), piece.size());
      if (size >= 0) {
        piece.resize(static_cast<std::size_t>(size));
        return piece;
      }
      if (errno != EINTR) {
        throw std::system_error(errno, std::generic_category(), name_ + " cannot be read");
      }
    }
  }

  [[noreturn]] void fail() const {
    throw usage_error(name_ + " cannot be read: " + std::generic_category().message(errno));
  }

 private:
  std::string name_;
  int descriptor_;
  off_t begin_ = -1;
  std::optional<std::uint64_t> size_;
};

class streamed_file final : public leat::http::async_body_source {
 public:
  explicit streamed_file(const std::string& path) : file_(path) {}

  leat::task<std::optional<std::string>> next() override {
    for (;;) {
      auto piece = co_await leat::to_thread([this]() -> std::optional<std::string> {
        if (!wait_ready(file_.descriptor(), POLLIN)) return std::nullopt;
        return file_.read();
      });
      if (!piece) continue;
      if (piece->empty()) co_return std::nullopt;
      co_return piece;
    }
  }
  [[nodiscard]] std::optional<std::uint64_t> size() const noexcept override { return file_.size(); }
  bool rewind() override { return file_.rewind(); }

 private:
  input_file file_;
};

}  // namespace

std::string read_file(const std::string& path) {
  constexpr std::size_t most = std::size_t{16} << 20;
  const input_file file(path);
  std::string all;
  for (;;) {
    const std::string piece = file.read();
    if (piece.empty()) return all;
    all += piece;
    if (all.size() > most) throw usage_error(path + " is longer than 16 MiB");
  }
}

std::shared_ptr<leat::http::async_body_source> file_body(const std::string& path) {
  return std::make_shared<streamed_file>(path);
}

}  // namespace cli
