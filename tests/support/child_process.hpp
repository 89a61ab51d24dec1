// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>
#include <stdexcept>
#include <string>
#include <vector>

#include <spawn.h>
#include <sys/types.h>
#include <sys/wait.h>

/// A program that a test starts, and that ends with it.
class child_process {
 public:
  /// `environment` is all that it gets; descriptors that are not close-on-exec are its as well.
  child_process(std::vector<std::string> command, std::vector<std::string> environment) {
    std::vector<char*> arguments = pointers(command);
    std::vector<char*> variables = pointers(environment);
    if (::posix_spawnp(&id_, arguments[0], nullptr, nullptr, arguments.data(), variables.data()) !=
        0) {
      throw std::runtime_error("cannot be started: " + command[0]);
    }
  }
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;
  ~child_process() {
    ::kill(id_, SIGTERM);
    int status = 0;
    ::waitpid(id_, &status, 0);
  }

  [[nodiscard]] pid_t id() const noexcept { return id_; }

 private:
  static std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (auto& each : texts) all.push_back(each.data());
    all.push_back(nullptr);
    return all;
  }

  pid_t id_ = -1;
};
