// SPDX-License-Identifier: MIT
#include "leat/log/sink.hpp"

#include <utility>

namespace leat::log {

sink sink::standard_error() {
  return sink(kind::standard_error);
}

sink sink::standard_output() {
  return sink(kind::standard_output);
}

sink sink::file(std::string path, file_mode mode) {
  sink made(kind::file);
  made.path_ = std::move(path);
  made.mode_ = mode;
  return made;
}

sink sink::rotating_file(std::string path, log::rotation when) {
  sink made(kind::rotating_file);
  made.path_ = std::move(path);
  made.rotation_ = when;
  return made;
}

sink sink::custom(function write) {
  sink made(kind::custom);
  made.call_ = std::move(write);
  return made;
}

}  // namespace leat::log
