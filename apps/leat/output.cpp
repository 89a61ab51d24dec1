// SPDX-License-Identifier: MIT
#include "output.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <leat/coro/to_thread.hpp>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exit_status.hpp"

namespace cli {
namespace {

[[noreturn]] void throw_last_error(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

bool wait_ready(int descriptor, short events) {
  constexpr int patience = 100;  // milliseconds
  pollfd waiting{descriptor, events, 0};
  const int ready = ::poll(&waiting, 1, patience);
  if (ready < 0 && errno != EINTR) throw_last_error("poll");
  return ready > 0;
}

bool is_terminal(int descriptor) noexcept {
  return ::isatty(descriptor) == 1;
}

std::size_t terminal_width(int descriptor) noexcept {
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

descriptor_sink::descriptor_sink(int descriptor) noexcept : descriptor_(descriptor) {
  struct stat status{};
  is_file_ = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

leat::task<void> descriptor_sink::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t written =
        co_await leat::to_thread([this, bytes] { return write_some(bytes); });
    bytes.remove_prefix(written);
  }
}

/// Writes until nobody has taken anything for a while. Returns how much that was.
std::size_t descriptor_sink::write_some(std::string_view bytes) const {
  const std::size_t all = bytes.size();
  while (!bytes.empty()) {
    std::size_t size = bytes.size();
    if (!is_file_) {
      if (!wait_ready(descriptor_, POLLOUT)) break;
      // So much at least a pipe takes without waiting when it is ready.
      size = std::min<std::size_t>(size, PIPE_BUF);
    }
    const ssize_t written = ::write(descriptor_, bytes.data(), size);
    if (written < 0) {
      if (errno == EINTR || errno == EAGAIN) continue;
      if (errno == EPIPE) throw output_closed();
      throw_last_error("the output cannot be written");
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return all - bytes.size();
}

download_file::download_file(std::string path) : path_(std::move(path)) {
  struct stat status{};
  // A device would be replaced by a file, which nobody wants who says /dev/null.
  if (::stat(path_.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    throw usage_error("--download: " + path_ + " is there and is no file");
  }
  temporary_ = path_ + ".part-XXXXXX";
  descriptor_ = ::mkostemp(temporary_.data(), O_CLOEXEC);
  if (descriptor_ < 0) fail("cannot be written");
  // As open() would have made it, and not for its owner alone.
  const mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(descriptor_, 0666 & ~mask);
}

download_file::~download_file() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
}

leat::task<void> download_file::write(std::string_view bytes) {
  co_await leat::to_thread([this, bytes] {
    std::string_view rest = bytes;
    while (!rest.empty()) {
      const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
      if (written < 0) {
        if (errno == EINTR) continue;
        fail("cannot be written");
      }
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
  });
}

leat::task<void> download_file::commit() {
  co_await leat::to_thread([this] {
    // Otherwise its name could survive a crash of the system, and its content not.
    if (::fsync(descriptor_) != 0) fail("cannot be written");
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail("cannot be put in its place");
    ::close(std::exchange(descriptor_, -1));
  });
}

void download_file::fail(const char* what) const {
  throw_last_error(path_ + " " + what);
}

}  // namespace cli
