// SPDX-License-Identifier: MIT
#include "leat/app/files.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "leat/app/error.hpp"
#include "leat/coro/to_thread.hpp"

#include "app/text.hpp"

namespace leat::app {
namespace {

std::error_code last_error() noexcept {
  return {errno, std::system_category()};
}

[[noreturn]] void throw_refused(const std::string& path, std::string_view attempt,
                                std::error_code cause) {
  throw file_access_failure(path, attempt, cause.message(), cause);
}

class descriptor {
 public:
  explicit descriptor(int fd) noexcept : fd_(fd) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

file_kind kind_on_disk(const std::string& path) {
  struct ::stat found{};
  if (::stat(path.c_str(), &found) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return file_kind::absent;
    throw_refused(path, "looked at", last_error());
  }
  if (S_ISREG(found.st_mode)) return file_kind::file;
  return S_ISDIR(found.st_mode) ? file_kind::folder : file_kind::other;
}

std::string read_on_disk(const std::string& path, std::size_t max_bytes) {
  // Opening a pipe for reading would wait for a writer.
  const descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct ::stat found{};
  if (file.get() < 0 || ::fstat(file.get(), &found) != 0) {
    throw_refused(path, "read", last_error());
  }
  if (S_ISDIR(found.st_mode)) {
    throw_refused(path, "read", std::make_error_code(std::errc::is_a_directory));
  }
  if (!S_ISREG(found.st_mode)) throw file_access_failure(path, "read", "it is no regular file");

  std::string text;
  std::array<char, 16384> piece;
  for (;;) {
    const ssize_t got = ::read(file.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_refused(path, "read", last_error());
    if (got == 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(got));
    if (text.size() > max_bytes) {
      throw file_access_failure(path, "read",
                                "it has more than " + std::to_string(max_bytes) + " bytes");
    }
  }
}

std::vector<std::string> list_on_disk(const std::string& path) {
  const auto close = [](::DIR* open) { ::closedir(open); };
  const std::unique_ptr<::DIR, decltype(close)> folder(::opendir(path.c_str()), close);
  if (folder == nullptr) throw_refused(path, "listed", last_error());
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    // One stream is read by one thread only.
    const ::dirent* const entry = ::readdir(folder.get());  // NOLINT(concurrency-mt-unsafe)
    if (entry == nullptr) break;
    std::string name(&entry->d_name[0]);
    if (name != "." && name != "..") names.push_back(std::move(name));
  }
  if (errno != 0) throw_refused(path, "listed", last_error());
  std::ranges::sort(names);
  return names;
}

void make_folder_on_disk(const std::string& path) {
  for (std::size_t end = 1; end != path.npos && end <= path.size();) {
    end = std::min(path.find('/', end), path.size());
    // XDG Base Directory: a folder that is not there is made with 0700.
    if (::mkdir(path.substr(0, end).c_str(), S_IRWXU) != 0 && errno != EEXIST) {
      const std::error_code cause = last_error();
      if (kind_on_disk(path.substr(0, end)) != file_kind::folder) {
        throw_refused(path, "made", cause);
      }
    }
    ++end;
  }
  if (kind_on_disk(path) != file_kind::folder) {
    throw_refused(path, "made", std::make_error_code(std::errc::not_a_directory));
  }
}

/// A file with a name of its own that is gone at the end.
class temporary_file {
 public:
  explicit temporary_file(const std::string& beside)
      : name_(beside + ".XXXXXX"), file_(::mkostemp(name_.data(), O_CLOEXEC)) {
    if (file_.get() < 0) throw_refused(beside, "written", last_error());
  }
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;
  ~temporary_file() { ::unlink(name_.c_str()); }

  void write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t put = ::write(file_.get(), text.data(), text.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) throw_refused(name_, "written", last_error());
      text.remove_prefix(static_cast<std::size_t>(put));
    }
    // Or a crash could leave a whole name with half the contents.
    if (::fsync(file_.get()) != 0) throw_refused(name_, "written", last_error());
  }
  [[nodiscard]] const char* name() const noexcept { return name_.c_str(); }

 private:
  std::string name_;
  descriptor file_;
};

bool install_on_disk(const std::string& path, std::string_view contents) {
  make_folder_on_disk(std::string(parent_path(path)));
  if (kind_on_disk(path) != file_kind::absent) return false;
  temporary_file made(path);
  made.write(contents);
  // link() fails where there is a file, which rename() would replace.
  if (::link(made.name(), path.c_str()) == 0) return true;
  if (errno == EEXIST) return false;
  if (errno != EPERM && errno != EOPNOTSUPP && errno != EMLINK) {
    throw_refused(path, "written", last_error());
  }
#if defined(__linux__)
  // File systems without hard links.
  if (::renameat2(AT_FDCWD, made.name(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0) {
    return true;
  }
  if (errno == EEXIST) return false;
#endif
  throw_refused(path, "written", last_error());
}

std::string link_on_disk(const std::string& path) {
  std::string target(4096, '\0');  // PATH_MAX
  const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
  if (size < 0) throw_refused(path, "followed", last_error());
  target.resize(static_cast<std::size_t>(size));
  return target;
}

class disk final : public files {
 public:
  task<file_kind> kind_of(std::string path) override {
    co_return co_await to_thread([path = std::move(path)] { return kind_on_disk(path); });
  }
  task<std::string> read(std::string path, std::size_t max_bytes) override {
    co_return co_await to_thread(
        [path = std::move(path), max_bytes] { return read_on_disk(path, max_bytes); });
  }
  task<std::vector<std::string>> list(std::string folder) override {
    co_return co_await to_thread([folder = std::move(folder)] { return list_on_disk(folder); });
  }
  task<bool> install(std::string path, std::string contents) override {
    co_return co_await to_thread([path = std::move(path), contents = std::move(contents)] {
      return install_on_disk(path, contents);
    });
  }
  task<void> make_folder(std::string path) override {
    co_await to_thread([path = std::move(path)] { make_folder_on_disk(path); });
  }
  task<std::string> read_link(std::string path) override {
    co_return co_await to_thread([path = std::move(path)] { return link_on_disk(path); });
  }
};

}  // namespace

std::shared_ptr<files> disk_files() {
  return std::make_shared<disk>();
}

}  // namespace leat::app
