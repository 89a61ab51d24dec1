// SPDX-License-Identifier: MIT
#include "http_command.hpp"

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <leat/coro/executor.hpp>
#include <leat/coro/to_thread.hpp>
#include <leat/coro/with_deadline.hpp>
#include <leat/http/async_client.hpp>
#include <leat/http/status.hpp>
#include <leat/proto/fields/ascii.hpp>
#include <unistd.h>

#include "exit_status.hpp"
#include "json_printer.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "visible_text.hpp"

namespace cli {
namespace {

namespace http = leat::http;

void say(const std::string& line) {
  std::fprintf(stderr, "%s\n", line.c_str());
}

void show_fields(char direction, const http::headers& fields) {
  for (const auto& each : fields) {
    say(std::string{direction, ' '} + shown_field(each.name, each.value));
  }
  say(std::string(1, direction));
}

/// Shows each request and each answer of a call, those of redirects and of authentication too.
void add_verbose_hooks(http::async_client_options& to) {
  to.hook_scope = http::hook_scope::per_hop;
  to.on_request.emplace_back([](http::async_request& sent) -> leat::task<void> {
    say("> " + sent.method + " " + hide_secret_parameters(sent.url.target()));
    show_fields('>', sent.headers);
    co_return;
  });
  to.on_response.emplace_back([](http::async_hook_answer& came) -> leat::task<void> {
    say("< " + std::string(came.head.http_version) + " " + std::to_string(came.head.status) + " " +
        visible_text::on_one_line(came.head.reason));
    show_fields('<', came.head.headers);
    co_return;
  });
}

bool is_json(const http::headers& fields) {
  const auto type = fields.get("content-type").value_or("");
  const std::string name =
      leat::proto::lower_case(leat::proto::trim_blanks(type.substr(0, type.find(';'))));
  return name == "application/json" || name.ends_with("+json");
}

bool is_wanted(when choice, bool by_itself) noexcept {
  return choice == when::always || (choice == when::on_terminal && by_itself);
}

/// How an answer looks on its way to the standard output.
class presentation {
 public:
  presentation(const http_arguments& arguments, const http::headers& fields, terminals at)
      : is_terminal_(at.is_output_terminal) {
    const bool is_pretty = is_json(fields) && is_wanted(arguments.pretty, at.is_output_terminal);
    const bool has_colours = is_wanted(arguments.colour, at.is_output_terminal && at.may_colour);
    if (is_pretty) json_.emplace(has_colours);
  }

  [[nodiscard]] bool changes_anything() const noexcept { return is_terminal_ || json_; }

  [[nodiscard]] std::string show(std::string_view piece) {
    // What a terminal must not see goes first: what follows adds colours.
    std::string text = is_terminal_ ? visible_.show(piece) : std::string(piece);
    if (json_) text = json_->print(text);
    return text;
  }
  [[nodiscard]] std::string finish() {
    std::string text = is_terminal_ ? visible_.finish() : std::string();
    if (json_) text = json_->print(text) + json_->finish();
    return text;
  }

 private:
  bool is_terminal_;
  visible_text visible_;
  std::optional<json_printer> json_;
};

/// A line on the terminal that says how far a transfer is, ten times a second.
class progress_bar {
 public:
  progress_bar(bool is_shown, const http::headers& fields) : is_shown_(is_shown) {
    const auto length = fields.get("content-length").value_or("");
    std::uint64_t bytes = 0;
    const auto* const end = length.data() + length.size();
    if (const auto read = std::from_chars(length.data(), end, bytes);
        read.ec == std::errc() && read.ptr == end) {
      total_ = bytes;
    }
  }
  progress_bar(const progress_bar&) = delete;
  progress_bar& operator=(const progress_bar&) = delete;
  ~progress_bar() {
    if (has_drawn_) std::fputc('\n', stderr);
  }

  void update(std::uint64_t done, bool is_last = false) {
    constexpr auto pause = std::chrono::milliseconds(100);
    if (!is_shown_) return;
    const auto now = leat::executor::current().read_clock();
    if (has_drawn_ && !is_last && now - last_ < pause) return;
    last_ = now;
    has_drawn_ = true;
    // The last column stays free: a terminal may begin a new line behind it.
    const auto line = progress_line(done, total_, now - begin_, terminal_width(STDERR_FILENO) - 1);
    std::fprintf(stderr, "\r\x1b[K%s", line.c_str());
    std::fflush(stderr);
  }

 private:
  bool is_shown_;
  bool has_drawn_ = false;
  std::optional<std::uint64_t> total_;
  leat::time_point begin_ = leat::executor::current().read_clock();
  leat::time_point last_ = begin_;
};

leat::task<void> show(http::async_response_stream& answer, const http_arguments& arguments,
                      terminals at) {
  descriptor_sink output(STDOUT_FILENO);
  presentation shown(arguments, answer.headers(), at);
  bool is_first = true;
  for (;;) {
    const auto piece = co_await answer.read_some();
    if (piece.empty()) break;
    if (std::exchange(is_first, false) && at.is_output_terminal &&
        piece.find('\0') != std::string_view::npos) {
      throw std::runtime_error(
          "the body is no text, and this is a terminal: --download FILE keeps it");
    }
    if (shown.changes_anything()) {
      const std::string text = shown.show(piece);
      co_await output.write(text);
    } else {
      co_await output.write(piece);
    }
  }
  const std::string rest = shown.finish();
  if (!rest.empty()) co_await output.write(rest);
}

leat::task<std::unique_ptr<download_file>> open_download(const http_arguments& arguments) {
  if (!arguments.download || arguments.download == "-") co_return nullptr;
  co_return co_await leat::to_thread(
      [&arguments] { return std::make_unique<download_file>(*arguments.download); });
}

leat::task<void> download(http::async_response_stream& answer, const http_arguments& arguments,
                          terminals at, download_file& file) {
  progress_bar progress(at.is_error_terminal && arguments.shows_progress, answer.headers());
  for (;;) {
    const auto piece = co_await answer.read_some();
    if (piece.empty()) break;
    co_await file.write(piece);
    progress.update(answer.bytes_downloaded());
  }
  co_await file.commit();
  progress.update(answer.bytes_downloaded(), /*is_last=*/true);
}

}  // namespace

terminals find_terminals(const environment& of) {
  terminals found;
  found.is_output_terminal = is_terminal(STDOUT_FILENO);
  found.is_error_terminal = is_terminal(STDERR_FILENO);
  // https://no-color.org: whatever its value is, unless it is empty.
  found.may_colour = of("NO_COLOR").value_or("").empty() && of("TERM").value_or("dumb") != "dumb";
  return found;
}

leat::task<int> run_http(const http_arguments& arguments, http_request request, terminals at) {
  const auto until = leat::deadline_after(request.client.timeouts.total);
  if (arguments.is_verbose) add_verbose_hooks(request.client);
  http::async_client client(std::move(request.client));
  // First, so that nothing is asked for that could not be kept.
  const auto file = co_await open_download(arguments);
  auto answer = co_await client.stream(std::move(request.method), std::move(request.url),
                                       std::move(request.request));
  if (arguments.fails_on_status && answer.status() >= http::status::bad_request) {
    say("leat: " + answer.method() + " " + hide_secret_parameters(answer.url()) + " answered " +
        std::to_string(answer.status()) + " " + visible_text::on_one_line(answer.reason()));
    co_return exit_status::refused;
  }
  try {
    co_await leat::with_deadline(until, file == nullptr ? show(answer, arguments, at)
                                                        : download(answer, arguments, at, *file));
  } catch (const leat::deadline_exceeded&) {
    throw leat::deadline_exceeded("request timed out: " + answer.method() + " " + answer.url() +
                                  " took longer than its total timeout allows");
  }
  co_return exit_status::ok;
}

}  // namespace cli
