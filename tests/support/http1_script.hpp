// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

/// The server's side of an HTTP/1.1 connection in memory, for well-behaved clients: whole requests
/// go to a function, whose answers it says. Bytes go in and out as the test carries them.
class http1_script {
 public:
  struct request {
    std::string method;
    std::string target;
    std::string head;  ///< All of it, with its names in lower case.
    std::string body;

    [[nodiscard]] std::string get(const std::string& name) const {
      const auto at = head.find("\r\n" + name + ": ");
      if (at == std::string::npos) return {};
      const auto begin = at + name.size() + 4;
      return head.substr(begin, head.find("\r\n", begin) - begin);
    }
  };

  struct answer {
    answer(std::string body, std::string more_fields = {}, std::string status = "200 OK",
           bool ends = false)
        : line(std::move(status)),
          fields(std::move(more_fields) + "Content-Length: " + std::to_string(body.size()) +
                 "\r\n"),
          content(std::move(body)),
          closes(ends) {}

    [[nodiscard]] std::string bytes() const {
      return "HTTP/1.1 " + line + "\r\n" + fields + "\r\n" + content;
    }

    std::string line;    ///< Status and reason.
    std::string fields;  ///< Each with its line end.
    std::string content;
    bool closes;  ///< Without having said so.
  };

  using handler = std::function<answer(const request&)>;

  explicit http1_script(handler answers) : answers_(std::move(answers)) {}

  void receive(std::string_view bytes) {
    in_ += bytes;
    while (!is_over_ && take_request()) {
    }
  }
  [[nodiscard]] std::string take_output() { return std::exchange(out_, {}); }
  [[nodiscard]] bool has_output() const noexcept { return !out_.empty(); }
  /// Whether it closes when what it has to say is said.
  [[nodiscard]] bool is_over() const noexcept { return is_over_; }

 private:
  bool take_request() {
    const auto head_end = in_.find("\r\n\r\n");
    if (head_end == std::string::npos) return false;
    request asked;
    const auto space = in_.find(' ');
    asked.method = in_.substr(0, space);
    asked.target = in_.substr(space + 1, in_.find(' ', space + 1) - space - 1);
    asked.head = lower_names(in_.substr(0, head_end + 2));
    std::size_t at = head_end + 4;
    if (!asked.get("transfer-encoding").empty()) {
      if (!take_chunks(at, asked.body)) return false;
    } else if (const std::string size = asked.get("content-length"); !size.empty()) {
      asked.body = in_.substr(at, std::stoul(size));
      if (asked.body.size() < std::stoul(size)) return false;
      at += asked.body.size();
    }
    in_.erase(0, at);
    const answer said = answers_(asked);
    out_ += said.bytes();
    is_over_ = said.closes;
    return true;
  }

  bool take_chunks(std::size_t& at, std::string& body) const {
    for (;;) {
      const auto line_end = in_.find("\r\n", at);
      if (line_end == std::string::npos) return false;
      const std::size_t size = std::stoul(in_.substr(at, line_end - at), nullptr, 16);
      if (in_.size() < line_end + 2 + size + 2) return false;
      body += in_.substr(line_end + 2, size);
      at = line_end + 2 + size + 2;
      if (size == 0) return true;
    }
  }

  static std::string lower_names(std::string head) {
    bool is_name = false;
    for (char& each : head) {
      if (each == '\n') is_name = true;
      if (each == ':') is_name = false;
      if (is_name && each >= 'A' && each <= 'Z') each = static_cast<char>(each - 'A' + 'a');
    }
    return head;
  }

  handler answers_;
  std::string in_;
  std::string out_;
  bool is_over_ = false;
};
