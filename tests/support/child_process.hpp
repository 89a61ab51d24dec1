// SPDX-License-Identifier: MIT
#pragma once

#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/// A program that a test starts, and that ends with it; also if the test crashes. Start it on a
/// thread that outlives it, because the kernel takes that thread for its parent.
class child_process {
 public:
  /// `environment` is all that it gets; descriptors that are not close-on-exec are its as well.
  child_process(std::vector<std::string> command, std::vector<std::string> environment) {
    const std::vector<char*> arguments = pointers(command);
    const std::vector<char*> variables = pointers(environment);
    int failure[2];
    if (::pipe2(failure, O_CLOEXEC) != 0) throw std::runtime_error("there are no pipes left");
    const pid_t parent = ::getpid();
    id_ = ::fork();
    if (id_ == 0) {
      // Other threads have not come along, so only what is safe in a signal handler is called.
      ::prctl(PR_SET_PDEATHSIG, SIGTERM);
      if (::getppid() == parent) ::execvpe(arguments[0], arguments.data(), variables.data());
      const int why = errno;
      (void)!::write(failure[1], &why, sizeof why);
      ::_exit(127);
    }
    ::close(failure[1]);
    int why = 0;
    const bool has_failed = id_ < 0 || ::read(failure[0], &why, sizeof why) == sizeof why;
    ::close(failure[0]);
    if (!has_failed) return;
    if (id_ > 0) ::waitpid(id_, nullptr, 0);
    throw std::runtime_error("cannot be started: " + command[0]);
  }
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;
  ~child_process() { end(SIGTERM); }

  [[nodiscard]] pid_t id() const noexcept { return id_; }

  /// Sends it a signal that ends it, and waits for that. Once it has ended, nothing.
  void end(int signal) noexcept {
    if (id_ <= 0) return;
    ::kill(id_, signal);
    ::waitpid(id_, nullptr, 0);
    id_ = -1;
  }

 private:
  static std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (auto& each : texts) all.push_back(each.data());
    all.push_back(nullptr);
    return all;
  }

  pid_t id_ = -1;
};
