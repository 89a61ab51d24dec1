// SPDX-License-Identifier: MIT
#include "http/file_body.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "leat/http/error.hpp"

namespace leat::http {
namespace {

[[noreturn]] void throw_unreadable(const std::string& name, std::error_code cause) {
  throw unreadable_body("the file " + name + " cannot be sent: " + cause.message(), cause);
}

std::error_code last_error() noexcept {
  return {errno, std::system_category()};
}

}  // namespace

disk_file::disk_file(const std::string& path) : name_(path) {
  // Opening a pipe for reading would wait for a writer.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) throw_unreadable(name_, last_error());
  struct ::stat found{};
  std::error_code wrong;
  if (::fstat(fd, &found) != 0) {
    wrong = last_error();
  } else if (S_ISDIR(found.st_mode)) {
    wrong = std::make_error_code(std::errc::is_a_directory);
  } else if (!S_ISREG(found.st_mode)) {
    wrong = std::make_error_code(std::errc::not_supported);
  }
  if (wrong) {
    ::close(fd);
    throw_unreadable(name_, wrong);
  }
  fd_ = fd;
  size_ = static_cast<std::uint64_t>(found.st_size);
}

disk_file::~disk_file() {
  ::close(fd_);
}

std::string disk_file::read(std::uint64_t place) const {
  std::string piece(
      static_cast<std::size_t>(std::min<std::uint64_t>(file_piece_bytes, size_ - place)), '\0');
  ssize_t got = 0;
  do {
    got = ::pread(fd_, piece.data(), piece.size(), static_cast<off_t>(place));
  } while (got < 0 && errno == EINTR);
  if (got < 0) throw_unreadable(name_, last_error());
  if (got == 0) {
    throw unreadable_body("the file " + name_ + " has become shorter while it was sent");
  }
  piece.resize(static_cast<std::size_t>(got));
  return piece;
}

std::shared_ptr<async_body_source> async_file_body(std::string path) {
  return std::make_shared<file_source<io::async>>(std::move(path));
}

std::shared_ptr<body_source> file_body(std::string path) {
  return std::make_shared<file_source<io::blocking>>(std::move(path));
}

}  // namespace leat::http
