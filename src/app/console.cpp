// SPDX-License-Identifier: MIT
#include <cerrno>
#include <string_view>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "leat/app/display.hpp"
#include "leat/app/error.hpp"

#include "app/text.hpp"

namespace leat::app {
namespace {

std::error_code last_error() noexcept {
  return {errno, std::system_category()};
}

int descriptor_of(output_stream which) noexcept {
  return which == output_stream::standard_output ? STDOUT_FILENO : STDERR_FILENO;
}

/// Whoever started us may have made the stream non-blocking, for all who share it.
void wait_writable(int descriptor) noexcept {
  pollfd waiting{descriptor, POLLOUT, 0};
  static_cast<void>(::poll(&waiting, 1, -1));
}

void write_all(int descriptor, std::string_view text, const std::string& target) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      wait_writable(descriptor);
    } else if (errno != EINTR) {
      throw output_failure(target, last_error());
    }
  }
}

/// Closes whatever happens, and tells what closing says, which may be about the last bytes.
void write_file(const std::string& path, std::string_view text, int flags) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666);
  if (descriptor < 0) throw output_failure(path, last_error());
  try {
    write_all(descriptor, text, path);
  } catch (...) {
    ::close(descriptor);
    throw;
  }
  if (::close(descriptor) != 0) throw output_failure(path, last_error());
}

/// As mkdir -p makes them, since what is in them is not for the user alone.
void make_folders(std::string_view path) {
  if (path == "/" || path == ".") return;
  struct stat status{};
  const std::string folder(path);
  if (::stat(folder.c_str(), &status) == 0) return;  // if it is no folder, opening the file tells
  make_folders(parent_path(path));
  if (::mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST) {
    throw output_failure(folder, last_error());
  }
}

class console_of_process final : public console {
 public:
  void write(output_stream to, std::string_view text) override {
    const bool is_output = to == output_stream::standard_output;
    write_all(descriptor_of(to), text, is_output ? "the standard output" : "the standard error");
  }
  void begin_file(const std::string& path) override {
    make_folders(parent_path(path));
    write_file(path, {}, O_TRUNC);
  }
  void append_to_file(const std::string& path, std::string_view text) override {
    write_file(path, text, O_APPEND);
  }
  [[nodiscard]] bool is_terminal(output_stream which) const override {
    return ::isatty(descriptor_of(which)) == 1;
  }
};

}  // namespace

std::shared_ptr<console> process_console() {
  return std::make_shared<console_of_process>();
}

}  // namespace leat::app
