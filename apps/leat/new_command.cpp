// SPDX-License-Identifier: MIT
#include "new_command.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exit_status.hpp"

namespace cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_name = 40;

// Targets that CMake makes or the template has itself.
constexpr std::array taken_names{"all",  "clean", "help", "install", "package",
                                 "test", "build", "leat", "run",     "image"};

bool is_letter(char c) noexcept {
  return c >= 'a' && c <= 'z';
}
bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

[[noreturn]] void throw_last_error(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// Whoever presses Ctrl-C in the few milliseconds that this takes gets all of it or nothing too.
class signals_wait {
 public:
  signals_wait() noexcept {
    sigset_t ending{};
    sigemptyset(&ending);
    for (const int each : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&ending, each);
    ::pthread_sigmask(SIG_BLOCK, &ending, &before_);
  }
  signals_wait(const signals_wait&) = delete;
  signals_wait& operator=(const signals_wait&) = delete;
  ~signals_wait() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

/// A folder beside the one that is wanted, which is gone if it has not been put in its place.
class prepared_folder {
 public:
  prepared_folder(const std::string& folder, const std::string& name)
      : target_(folder + "/" + name), path_(folder + "/." + name + "-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) throw_last_error(target_ + " cannot be made");
    // As mkdir would have made it, and not for its owner alone.
    const mode_t mask = ::umask(0);
    ::umask(mask);
    ::chmod(path_.c_str(), 0777 & ~mask);
  }
  prepared_folder(const prepared_folder&) = delete;
  prepared_folder& operator=(const prepared_folder&) = delete;
  ~prepared_folder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }

  void write(const std::string& name, std::string_view text) const {
    const std::string path = path_ + "/" + name;
    fs::create_directories(fs::path(path).parent_path());
    const mode_t mode = name.ends_with(".sh") ? 0777 : 0666;
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (file < 0) throw_last_error(path + " cannot be made");
    while (!text.empty()) {
      const ssize_t written = ::write(file, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        const int reason = errno;
        ::close(file);
        throw std::system_error(reason, std::generic_category(), path + " cannot be written");
      }
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::close(file) != 0) throw_last_error(path + " cannot be written");
  }

  void put_in_place() {
    // The system refuses by itself what is no empty folder, so nobody can come between.
    if (::rename(path_.c_str(), target_.c_str()) != 0) {
      if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR) {
        throw usage_error(target_ + " is there already, and is no empty folder");
      }
      throw_last_error(target_ + " cannot be made");
    }
    path_.clear();
  }

 private:
  std::string target_;
  std::string path_;
};

}  // namespace

project_name::project_name(std::string_view name) : name_(name) {
  const auto refuse = [&](const char* why) {
    throw usage_error("new: the name " + name_ + " " + why);
  };
  if (name.empty()) throw usage_error("new: the name is empty");
  if (name.size() > max_name) refuse("is longer than 40 characters");
  const bool is_spelled_well =
      std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
  if (!is_spelled_well || !is_letter(name.front()) || name.ends_with('-') ||
      name.find("--") != name.npos) {
    refuse("must be small letters, digits and single dashes between them, a letter first");
  }
  if (std::ranges::find(taken_names, name) != taken_names.end()) {
    refuse("is needed for something else, by CMake or by make");
  }

  // With a word behind it, it is neither a keyword nor a function of the C library.
  identifier_ = replaced(name_, "-", "_");
  if (!identifier_.ends_with("_service")) identifier_ += "_service";
  prefix_ = replaced(name_, "-", "_");
  std::ranges::transform(prefix_, prefix_.begin(), [](char c) {
    return is_letter(c) ? static_cast<char>(c - 'a' + 'A') : c;
  });
}

std::string project_name::apply(std::string_view text) const {
  std::string made = replaced(std::string(text), "sample-service", name_);
  made = replaced(std::move(made), "sample_service", identifier_);
  return replaced(std::move(made), "SAMPLE_SERVICE", prefix_);
}

void make_service(const project_name& name, const std::string& folder) {
  const signals_wait quiet;
  prepared_folder made(folder, name.text());
  for (const auto& each : service_template())
    made.write(name.apply(each.path), name.apply(each.text));
  made.put_in_place();
}

}  // namespace cli
