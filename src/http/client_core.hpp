// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "leat/http/client_options.hpp"
#include "leat/http/error.hpp"
#include "leat/http/response_stream.hpp"

#include "http/exchange_log.hpp"
#include "http/redirects.hpp"
#include "http/request_builder.hpp"
#include "http/surface.hpp"
#include "http/tracing.hpp"
#include "http/transport_table.hpp"

namespace leat::http {

/// What a client does, written once for both surfaces (docs/adr/0004).
template <class Io>
class client_core {
 public:
  using stream_type = typename surface<Io>::response_stream;

  explicit client_core(basic_client_options<Io>&& options) : options_(std::move(options)) {
    check_limits(options_.timeouts);
    check_limits(options_.limits);
    if (!options_.base_url.empty()) {
      base_ = parse_absolute(options_.base_url);
      usual_headers_ = merge_headers(base_, options_.headers, {}, false, options_.decoding.enabled);
    }
    if (options_.cookies == nullptr) options_.cookies = std::make_shared<cookies>();
    transports_.emplace(options_);
  }

  [[nodiscard]] basic_request<Io> build_request(std::string method, const std::string& url,
                                                basic_request_options<Io>&& options) const {
    basic_request<Io> built;
    build(built, std::move(method), url, std::move(options));
    return built;
  }

  typename Io::template task<response> request(std::string&& method, const std::string& url,
                                               basic_request_options<Io>&& options) {
    return send_built(try_build(std::move(method), url, std::move(options)));
  }
  typename Io::template task<response> send(basic_request<Io>&& built) {
    return send_built(prepare(std::move(built)));
  }

  typename Io::template task<stream_type> stream(std::string&& method, const std::string& url,
                                                 basic_request_options<Io>&& options) {
    return open_built(try_build(std::move(method), url, std::move(options)));
  }
  typename Io::template task<stream_type> open(basic_request<Io>&& built) {
    return open_built(prepare(std::move(built)));
  }

  [[nodiscard]] std::optional<basic_request<Io>> next_request(basic_request<Io> sent,
                                                              const response_head& answer) const {
    if (!redirect_location(answer)) return std::nullopt;
    redirect(sent, answer);
    return sent;
  }

  void close() {
    if (is_closed_.exchange(true)) return;
    transports_->close();
  }
  [[nodiscard]] bool is_closed() const noexcept { return is_closed_; }

  [[nodiscard]] client_statistics statistics() const noexcept { return transports_->statistics(); }

 private:
  void build(basic_request<Io>& built, std::string&& method, const std::string& url,
             basic_request_options<Io>&& options) const {
    const headers* const usual = resolve(url, built.url);
    add_query(options, built.url);
    built.timeouts = options_.timeouts;
    if (options.timeouts.has_any()) {
      built.timeouts = options.timeouts.applied_to(options_.timeouts);
      check_limits(built.timeouts);
    }
    // Later messages name the method, so it is looked at first.
    check_method(method);
    built.method = std::move(method);
    const bool has_body = options.streamed != nullptr || !options.body.empty();
    if (usual != nullptr && options.headers.is_empty() && !has_body) {
      built.headers = *usual;
    } else {
      built.headers =
          merge_headers(built.url, options_.headers, options, has_body, options_.decoding.enabled);
    }
    built.content = std::move(options.body);
    built.streamed = std::move(options.streamed);
    if (has_body && options.continue_wait) {
      built.continue_wait = checked_limit(*options.continue_wait, "the wait for 100 Continue");
      built.headers.set("expect", "100-continue");
    }
    built.redirects = options_.redirects;
    if (options.follows_redirects) built.redirects.follow = *options.follows_redirects;
    built.auth = options.auth != nullptr ? std::move(options.auth) : options_.auth;
    if (built.auth == nullptr && !built.url.userinfo().empty()) {
      built.auth = basic_auth(built.url.username(), built.url.password());
    }
  }

  /// Returns the fields of a request that brings none, where they are known.
  const headers* resolve(const std::string& url, proto::url& target) const {
    if constexpr (!Io::is_blocking) {
      if (known_.is_in_front_of(url)) {
        const auto path = std::string_view(url).substr(known_.spelled.size());
        if (!proto::append(known_.root, path, target)) return &known_.usual;
        // What is refused is looked at as a whole, and told as always.
      }
    }
    resolve_url(base_, url, target);
    if (target.authority() == base_.authority()) return &usual_headers_;
    if constexpr (!Io::is_blocking) learn(spelled_origin(url));
    return nullptr;
  }

  /// Takes note of an origin that has been asked for twice in a row.
  void learn(std::string_view spelled) const {
    if (spelled.empty()) return;
    if (spelled != last_spelled_) {
      last_spelled_ = spelled;
      return;
    }
    known_.spelled.clear();
    if (proto::parse_url(spelled, known_.root)) return;
    known_.usual =
        merge_headers(known_.root, options_.headers, {}, false, options_.decoding.enabled);
    known_.spelled = spelled;
  }

  /// A request on its way into a task, where it is one pointer: moving one costs as much as
  /// sending it. What is wrong with it shows at the await.
  class prepared {
   public:
    prepared() : built_(std::make_unique<basic_request<Io>>()) {}

    [[nodiscard]] basic_request<Io>& built() noexcept { return *built_; }
    void fail(std::exception_ptr wrong) noexcept { wrong_ = std::move(wrong); }

    [[nodiscard]] basic_request<Io>& take() {
      if (wrong_ != nullptr) std::rethrow_exception(wrong_);
      return *built_;
    }

   private:
    std::unique_ptr<basic_request<Io>> built_;
    std::exception_ptr wrong_;
  };

  [[nodiscard]] prepared try_build(std::string&& method, const std::string& url,
                                   basic_request_options<Io>&& options) const {
    prepared made;
    try {
      build(made.built(), std::move(method), url, std::move(options));
    } catch (...) {
      made.fail(std::current_exception());
    }
    return made;
  }

  [[nodiscard]] static prepared prepare(basic_request<Io>&& built) {
    prepared made;
    made.built() = std::move(built);
    return made;
  }

  /// Sends and reads the answer to its end.
  typename Io::template task<response> send_built(prepared request) {
    auto& outgoing = request.take();
    const time_point began = Io::read_clock();
    if (outgoing.timeouts.total == no_timeout) {
      auto answer = co_await start(outgoing, deadline::never());
      std::string body;
      if (!answer.read_early(body)) body = co_await answer.read_to_end(std::move(body));
      co_return completed(std::move(answer), std::move(body), began);
    }
    try {
      co_return co_await Io::with_total(outgoing.timeouts.total, [this, &outgoing, began] {
        return send_and_read(outgoing, began);
      });
    } catch (const deadline_exceeded&) {
      throw_total_exceeded(outgoing);
    }
  }

  /// Sends and reads the head of the answer.
  typename Io::template task<stream_type> open_built(prepared request) {
    auto& outgoing = request.take();
    const deadline until = deadline::after(Io::now(), outgoing.timeouts.total);
    try {
      co_return stream_type(
          co_await Io::within(until, [this, &outgoing, until] { return start(outgoing, until); }));
    } catch (const deadline_exceeded&) {
      throw_total_exceeded(outgoing);
    }
  }

  // Rethrows the deadline of whoever called, if the request has none of its own.
  [[noreturn]] static void throw_total_exceeded(const basic_request<Io>& outgoing) {
    if (outgoing.timeouts.total == no_timeout) throw;
    throw deadline_exceeded("request timed out: " + outgoing.method + " " +
                            outgoing.url.redacted() + " took longer than its total timeout allows");
  }

  using reader = detail::response_reader<Io>;

  /// The call as its caller sees it: with redirects, and the hooks around them.
  typename Io::template task<reader> start(basic_request<Io>& outgoing, deadline until) {
    if (is_closed_) throw client_closed();
    const bool hooks_see_hops = options_.hook_scope == hook_scope::per_hop;
    if (!hooks_see_hops && !options_.on_request.empty()) co_await call_request_hooks(outgoing);

    std::vector<response_head> history;
    std::set<std::string> seen;
    bool sends_trace = options_.sends_trace && context_value(carried_trace) != nullptr &&
                       !outgoing.headers.contains("traceparent");
    for (;;) {
      if (sends_trace) detail::put_trace(outgoing.headers, *context_value(carried_trace));
      // What most requests need is done in place.
      const bool is_plain = !Io::is_blocking && outgoing.auth == nullptr &&
                            outgoing.streamed == nullptr && !has_hop_hooks();
      const bool took_cookies = is_plain && take_cookies(outgoing);
      const time_point began = is_plain ? exchange_begin() : time_point();
      auto answer = co_await send_hop(outgoing, is_plain);
      if (is_plain) note_answer(outgoing, answer.head, took_cookies, began);
      if (outgoing.redirects.follow) {
        response_head head(std::move(answer.head));
        if (redirect_location(head)) {
          if (history.size() == outgoing.redirects.max) {
            throw_too_many_redirects(head, history.size());
          }
          co_await drain(answer);
          check_cycle(outgoing, head, seen);
          const std::string from(outgoing.url.origin());
          redirect(outgoing, head);
          if (sends_trace && outgoing.url.origin() != from) {
            sends_trace = false;
            detail::remove_trace(outgoing.headers);
          }
          history.push_back(std::move(head));
          continue;
        }
        answer.head = std::move(head).release();
      }
      if (!hooks_see_hops && !options_.on_response.empty()) {
        co_await call_response_hooks(outgoing, answer.head);
      }
      co_return reader(response_head(std::move(answer.head)), std::move(answer.body), until,
                       options_.max_body_bytes, std::move(history), options_.decoding);
    }
  }

  static void check_cycle(const basic_request<Io>& outgoing, const response_head& answer,
                          std::set<std::string>& seen) {
    // The answer to the same request with other cookies may be another: logins work like that.
    std::string key = outgoing.method + " " + outgoing.url.text() + " " +
                      std::string(outgoing.headers.get("cookie").value_or(""));
    if (outgoing.redirects.detects_cycles && !seen.insert(std::move(key)).second) {
      throw_redirect_loop(answer);
    }
  }

  /// Makes the request that a redirect asks for.
  static void redirect(basic_request<Io>& outgoing, const response_head& answer) {
    auto step = follow_redirect(outgoing.method, outgoing.url, answer);
    if (step.becomes_get) {
      outgoing.method = "GET";
      outgoing.content.clear();
      outgoing.streamed = nullptr;
      outgoing.continue_wait.reset();
    } else if (outgoing.streamed != nullptr && !outgoing.streamed->rewind()) {
      throw_not_replayable(outgoing.method, step.url);
    }
    apply_redirect(step, outgoing.headers);
    if (!step.keeps_credentials) outgoing.auth = nullptr;
    outgoing.url = std::move(step.url);
  }

  auto send_hop(basic_request<Io>& outgoing, bool is_plain) {
    if constexpr (!Io::is_blocking) {
      if (is_plain) return transports_->find(outgoing.url).handle(outgoing);
    }
    return outgoing.auth != nullptr ? send_authenticated(outgoing) : send_hooked(outgoing);
  }

  /// One hop, in as many rounds as its authentication takes.
  typename Io::template task<basic_transport_response<Io>> send_authenticated(
      basic_request<Io>& outgoing) {
    const auto flow = outgoing.auth->start();
    auth_target target{outgoing.method, outgoing.url, outgoing.content, outgoing.headers};
    flow->begin(target);
    for (;;) {
      auto answer = co_await send_hooked(outgoing);
      response_head head(std::move(answer.head));
      const bool goes_on = flow->again(target, head);
      answer.head = std::move(head).release();
      if (!goes_on) co_return answer;
      if (outgoing.streamed != nullptr && !outgoing.streamed->rewind()) co_return answer;
      co_await drain(answer);
    }
  }

  [[nodiscard]] bool has_hop_hooks() const noexcept {
    return options_.hook_scope == hook_scope::per_hop &&
           !(options_.on_request.empty() && options_.on_response.empty());
  }

  /// One request on the wire, and the head of its answer.
  typename Io::template task<basic_transport_response<Io>> send_hooked(
      basic_request<Io>& outgoing) {
    const bool has_hooks = has_hop_hooks();
    if (has_hooks) co_await call_request_hooks(outgoing);
    const bool took_cookies = take_cookies(outgoing);
    if (outgoing.streamed != nullptr) {
      const auto prepare = [&outgoing] { return outgoing.streamed->prepare(); };
      co_await Io::call(prepare);
    }
    const time_point began = exchange_begin();
    auto answer = co_await Io::await(transports_->find(outgoing.url).handle(outgoing));
    note_answer(outgoing, answer.head, took_cookies, began);
    if (has_hooks) co_await call_response_hooks(outgoing, answer.head);
    co_return answer;
  }

  /// Adds what the jar has. Returns whether it did: a Cookie field that the caller has written
  /// stands.
  [[nodiscard]] bool take_cookies(basic_request<Io>& outgoing) {
    if (outgoing.headers.contains("cookie")) return false;
    const std::string sent = options_.cookies->header_for(outgoing.url);
    if (sent.empty()) return false;
    outgoing.headers.set("cookie", sent);
    return true;
  }

  /// When an exchange began, for the log; the clock is read only if there is one.
  [[nodiscard]] time_point exchange_begin() const {
    return options_.logger.is_enabled(log::level::info) ? Io::read_clock() : time_point();
  }

  void note_answer(basic_request<Io>& outgoing, response_head::parts& head, bool took_cookies,
                   time_point began) {
    if (took_cookies) outgoing.headers.remove("cookie");
    head.method = outgoing.method;
    head.url = outgoing.url.redacted();
    head.default_charset = options_.decoding.default_charset;
    options_.cookies->store(outgoing.url, head.headers);
    if (options_.logger.is_enabled(log::level::info)) {
      log_exchange(options_.logger, head, Io::read_clock() - began);
    }
  }

  typename Io::template task<void> call_request_hooks(basic_request<Io>& outgoing) {
    for (auto& each : options_.on_request) co_await Io::call(each, outgoing);
  }
  typename Io::template task<void> call_response_hooks(const basic_request<Io>& outgoing,
                                                       response_head::parts& head) {
    basic_hook_answer<Io> seen{outgoing, head};
    for (auto& each : options_.on_response) co_await Io::call(each, seen);
  }

  /// Reads the body of an answer that nobody wants, so that its connection can be used again.
  /// A long one costs more than a new connection.
  static typename Io::template task<void> drain(basic_transport_response<Io>& unwanted) {
    constexpr std::size_t most_drained = std::size_t{64} << 10;
    const auto body = std::move(unwanted.body);
    for (std::size_t size = 0; size < most_drained;) {
      const auto piece = co_await Io::await(body->read_some());
      if (piece.empty()) break;
      size += piece.size();
    }
  }

  typename Io::template task<response> send_and_read(basic_request<Io>& outgoing,
                                                     time_point began) {
    auto answer = co_await start(outgoing, deadline::never());
    std::string body = co_await answer.read_to_end();
    co_return completed(std::move(answer), std::move(body), began);
  }

  static response completed(reader&& answer, std::string&& body, time_point began) {
    const duration elapsed = Io::read_clock() - began;
    auto history = answer.take_history();
    const std::uint64_t downloaded = answer.bytes_downloaded();
    return response(std::move(answer), std::move(body), elapsed, std::move(history), downloaded);
  }

  basic_client_options<Io> options_;
  proto::url base_;
  headers usual_headers_;  // of a request to the base's authority that brings none
  // Of the async surface, whose clients are used on one thread.
  mutable known_origin known_;
  mutable std::string last_spelled_;
  std::optional<transport_table<Io>> transports_;  // made when the options have been checked
  std::atomic<bool> is_closed_ = false;
};

}  // namespace leat::http
