// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <system_error>

#include "leat/app/display.hpp"
#include "leat/app/error.hpp"

/// Keeps what a program says.
class imaginary_console final : public leat::app::console {
 public:
  std::string output;
  std::string error;
  std::map<std::string, std::string> files;
  bool has_terminals = false;
  std::error_code output_fails{};

  void write(leat::app::output_stream to, std::string_view text) override {
    if (to == leat::app::output_stream::standard_error) {
      error += text;
      return;
    }
    if (output_fails) throw leat::app::output_failure("the standard output", output_fails);
    output += text;
  }
  void begin_file(const std::string& path) override { files[path].clear(); }
  void append_to_file(const std::string& path, std::string_view text) override {
    files.at(path) += text;
  }
  [[nodiscard]] bool is_terminal(leat::app::output_stream) const override { return has_terminals; }
};
