// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "leat/http/client_options.hpp"
#include "leat/http/error.hpp"
#include "leat/http/response_stream.hpp"
#include "leat/io/error.hpp"
#include "leat/io/policy.hpp"

#include "http/exchange_log.hpp"
#include "http/exchange_trace.hpp"
#include "http/failed_request.hpp"
#include "http/held_body.hpp"
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
      base_ = make_known_origin({}, parse_absolute(options_.base_url), options_.headers,
                                options_.decoding.enabled);
    }
    if (options_.cookies == nullptr) options_.cookies = std::make_shared<cookies>();
    if (options_.trace) tracer_ = std::make_shared<const trace_callback>(options_.trace);
    transports_.emplace(options_);
  }

  [[nodiscard]] basic_request<Io> build_request(std::string method, std::string_view url,
                                                basic_request_options<Io>&& options) const {
    basic_request<Io> built;
    if (const auto known = build(built, std::move(method), url, std::move(options))) {
      built.headers = known->usual;
    }
    return built;
  }

  typename Io::template task<response> request(std::string&& method, std::string_view url,
                                               basic_request_options<Io>&& options) {
    return send_built(try_build(std::move(method), url, std::move(options)));
  }
  typename Io::template task<response> request(std::string&& method, std::string_view url) {
    return send_built(try_build(std::move(method), url));
  }
  typename Io::template task<response> send(basic_request<Io>&& built) {
    return send_built(prepare(std::move(built)));
  }

  typename Io::template task<stream_type> stream(std::string&& method, std::string_view url,
                                                 basic_request_options<Io>&& options) {
    return open_built(try_build(std::move(method), url, std::move(options)));
  }
  typename Io::template task<stream_type> open(basic_request<Io>&& built) {
    return open_built(prepare(std::move(built)));
  }

  [[nodiscard]] std::optional<basic_request<Io>> next_request(basic_request<Io> sent,
                                                              const response_head& answer) const {
    if (!redirect_location(answer)) return std::nullopt;
    try {
      redirect(sent, answer);
    } catch (leat::error& problem) {
      name_request(problem, sent.method, sent.url);
      throw;
    }
    return sent;
  }

  void close() {
    if (is_closed_.exchange(true)) return;
    transports_->close();
  }
  [[nodiscard]] bool is_closed() const noexcept { return is_closed_; }

  [[nodiscard]] client_statistics statistics() const noexcept { return transports_->statistics(); }

 private:
  /// Returns the origin whose usual fields are the request's, which are not written into it yet.
  [[nodiscard]] const known_origin* build(basic_request<Io>& built, std::string&& method,
                                          std::string_view url) const {
    const known_origin* const origin = build_bare(built, std::move(method), url);
    if (!options_.query_parameters.empty()) add_query(options_.query_parameters, {}, built.url);
    if (origin == nullptr) {
      built.headers =
          merge_headers(built.url, options_.headers, {}, false, options_.decoding.enabled);
    }
    use_userinfo(built);
    return origin;
  }
  [[nodiscard]] const known_origin* build(basic_request<Io>& built, std::string&& method,
                                          std::string_view url,
                                          basic_request_options<Io>&& options) const {
    const known_origin* origin = build_bare(built, std::move(method), url);
    add_query(options_.query_parameters, options.query_parameters, built.url);
    if (options.timeouts.has_any()) {
      built.timeouts = options.timeouts.applied_to(options_.timeouts);
      check_limits(built.timeouts);
    }
    const bool has_body = options.streamed != nullptr || !options.body.empty();
    if (!options.headers.is_empty() || has_body || options.extras != nullptr) origin = nullptr;
    if (origin == nullptr) {
      built.headers =
          merge_headers(built.url, options_.headers, options, has_body, options_.decoding.enabled);
    }
    built.content = std::move(options.body);
    built.streamed = std::move(options.streamed);
    if (has_body && options.continue_wait) {
      built.continue_wait = checked_limit(*options.continue_wait, "the wait for 100 Continue");
      built.headers.set("expect", "100-continue");
    }
    built.extras = std::move(options.extras);
    if (options.tracer != nullptr) built.tracer = std::move(options.tracer);
    if (options.follows_redirects) built.redirects.follow = *options.follows_redirects;
    if (options.auth != nullptr) built.auth = std::move(options.auth);
    use_userinfo(built);
    return origin;
  }

  /// What does not depend on the options of a request.
  const known_origin* build_bare(basic_request<Io>& built, std::string&& method,
                                 std::string_view url) const {
    const known_origin* const origin = resolve(url, built.url);
    // Later messages name the method, so it is looked at first.
    check_method(method);
    built.method = std::move(method);
    built.timeouts = options_.timeouts;
    built.tracer = tracer_;
    built.redirects = options_.redirects;
    built.auth = options_.auth;
    return origin;
  }
  static void use_userinfo(basic_request<Io>& built) {
    if (built.auth != nullptr || built.url.userinfo().empty()) return;
    built.auth = basic_auth(built.url.username(), built.url.password());
  }

  /// Returns what is known of the origin of `url`, or null.
  const known_origin* resolve(std::string_view url, proto::url& target) const {
    if (const known_origin* const origin = memory_.find(url)) {
      const auto path = std::string_view(url).substr(origin->spelled.size());
      if (!proto::append(origin->root, path, target)) return origin;
      // What is refused is looked at as a whole, and told as always.
    }
    resolve_url(base_ != nullptr ? &base_->root : nullptr, url, target);
    if (base_ != nullptr && target.origin() == base_->root.origin()) {
      return base_.get();
    }
    learn(url);
    return nullptr;
  }

  void learn(std::string_view url) const {
    const auto spelled = spelled_origin(url);
    proto::url root;
    if (!memory_.has_come_again(spelled) || proto::parse_url(spelled, root)) return;
    memory_.learn(make_known_origin(std::string(spelled), std::move(root), options_.headers,
                                    options_.decoding.enabled));
  }

  /// A request on its way into a task, where it is few pointers: moving one costs as much as
  /// sending it. What is wrong with it shows at the await.
  class prepared {
   public:
    prepared() : held_(std::make_unique<held_request>()) {}

    [[nodiscard]] basic_request<Io>& built() noexcept { return held_->built; }
    void fail(std::exception_ptr wrong) noexcept { wrong_ = std::move(wrong); }
    void check() const {
      if (wrong_ != nullptr) std::rethrow_exception(wrong_);
    }

    /// The origin whose usual fields are those of the request; null if it has its own.
    [[nodiscard]] const known_origin* origin() const noexcept { return origin_; }
    void set_origin(const known_origin* origin) noexcept { origin_ = origin; }
    /// Writes its fields into the request, for whoever looks at them or changes them.
    void complete() {
      if (origin_ == nullptr) return;
      built().headers = origin_->usual;
      origin_ = nullptr;
    }

   private:
    struct held_request : leat::detail::in_frame_memory {
      basic_request<Io> built;
    };

    std::unique_ptr<held_request> held_;
    const known_origin* origin_ = nullptr;
    std::exception_ptr wrong_;
  };

  template <class... Options>
  [[nodiscard]] prepared try_build(std::string&& method, std::string_view url,
                                   Options&&... options) const {
    prepared made;
    try {
      made.set_origin(
          build(made.built(), std::move(method), url, std::forward<Options>(options)...));
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
    request.check();
    const time_point began = Io::read_clock();
    const duration total = request.built().timeouts.total;
    try {
      if (total != no_timeout) {
        co_return co_await Io::with_total(
            total, [this, &request, began] { return send_and_read(request, began); });
      }
      opened begun;
      begun.may_be_whole = true;
      if constexpr (!Io::is_blocking) begun.times.asked = began;
      // What `start()` does, in place, because most requests are like that.
      if (plain_call plain = begin_call(request, begun); plain.by != nullptr) {
        if (!plain.by->try_carry(request.built(), request.origin(), begun, plain.before)) {
          co_await plain.by->carry(request.built(), request.origin(), begun, plain.before);
        }
        note_plain(request.built(), begun, plain);
        if (is_led_on(request.built(), begun)) co_await follow_plain(request, begun, plain);
      } else {
        co_await start_in_steps(request, begun);
      }
      if (read_at_once(begun)) {
        // The whole answer has come then.
        const bool is_timed = begun.times.answered != time_point();
        const duration elapsed = (is_timed ? begun.times.answered : Io::read_clock()) - began;
        const std::uint64_t size = begun.content.size();
        give_names(request.built(), begun);
        co_return response(response_head::sharing(std::move(begun.head)), std::move(begun.content),
                           elapsed, std::move(begun.history), size);
      }
      if (begun.lacks_names) name_answer(request.built(), *begun.head);
      co_return co_await read_rest(std::move(begun), began);
    } catch (leat::error& problem) {
      fail(problem, request.built());
    }
  }

  /// Sends and reads the head of the answer.
  typename Io::template task<stream_type> open_built(prepared request) {
    request.check();
    const deadline until = deadline::after(Io::now(), request.built().timeouts.total);
    try {
      opened begun;
      co_await Io::within(until, [this, &request, &begun] { return start(request, begun); });
      co_return stream_type(reader_of(std::move(begun), until));
    } catch (leat::error& problem) {
      fail(problem, request.built());
    }
  }

  /// Throws the error on that is being handled, or what it means for the caller.
  [[noreturn]] static void fail(leat::error& problem, const basic_request<Io>& outgoing) {
    // The deadline of whoever called is rethrown, if the request has none of its own.
    const bool is_total = outgoing.timeouts.total != no_timeout &&
                          dynamic_cast<const deadline_exceeded*>(&problem) != nullptr;
    if (is_total) throw_total_exceeded(outgoing.method, outgoing.url.redacted());
    name_request(problem, outgoing.method, outgoing.url);
    throw;
  }

  using reader = detail::response_reader<Io>;

  /// An answer whose head is there.
  struct opened : arrival<Io> {
    std::vector<response_head> history;
    bool lacks_names = false;  // in its head; whoever wants it whole gives them then
  };

  /// Says in an answer what was asked for.
  static void name_answer(const basic_request<Io>& asked, response_head::parts& head) {
    head.method = asked.method;
    head.url = asked.url.redacted();
  }
  /// The same with what the request has, which nobody looks at any more.
  static void give_names(basic_request<Io>& asked, opened& answer) {
    if (!answer.lacks_names) return;
    answer.head->method = std::move(asked.method);
    answer.head->url = std::move(asked.url).redacted();
  }

  [[nodiscard]] reader reader_of(opened&& answer, deadline until) const {
    return reader(response_head::sharing(std::move(answer.head)), std::move(answer.body), until,
                  answer.max_body_bytes, std::move(answer.history), options_.decoding);
  }

  /// What the hops of a call have to know of each other.
  struct hop_notes {
    bool sends_trace = false;
    std::set<std::string> seen;        // `cycle_key()` of each that was redirected
    std::string sent_cookie;           // the Cookie field of the last, if redirects are followed
    std::vector<std::string> of_auth;  // the names of fields that the authentication has added
    std::shared_ptr<response_head::parts> redirected;  // the last answer that was a redirect

    void add_of_auth(const headers& before, const headers& now) {
      for (auto& each : changed_fields(before, now)) of_auth.push_back(std::move(each));
    }
  };

  /// The call as its caller sees it: with redirects, and the hooks around them.
  typename Io::template task<void> start(prepared& request, opened& answer) {
    if (plain_call plain = begin_call(request, answer); plain.by != nullptr) {
      if (!plain.by->try_carry(request.built(), request.origin(), answer, plain.before)) {
        co_await plain.by->carry(request.built(), request.origin(), answer, plain.before);
      }
      note_plain(request.built(), answer, plain);
      if (is_led_on(request.built(), answer)) co_await follow_plain(request, answer, plain);
    } else {
      co_await start_in_steps(request, answer);
    }
  }

  /// A request that goes out as it is: nobody else is asked or told on its way.
  struct plain_call {
    pooled_transport<Io>* by = nullptr;  // null: it is not like that
    bool took_cookies = false;
    time_point began{};       // for the log
    std::string sent_cookie;  // as in `hop_notes`
    typename pooled_transport<Io>::attempts before;
  };

  /// What happens first for every call.
  [[nodiscard]] plain_call begin_call(prepared& request, opened& answer) {
    if (is_closed_) throw client_closed();
    auto& outgoing = request.built();
    answer.max_body_bytes = options_.max_body_bytes;
    if (outgoing.extras != nullptr) {
      answer.max_body_bytes = std::min(answer.max_body_bytes, outgoing.extras->max_body_bytes);
    }
    if (outgoing.tracer != nullptr || options_.logger.is_enabled(log::level::debug)) {
      trace_call(outgoing);
    }
    plain_call plain;
    if (has_hooks() || outgoing.auth != nullptr || outgoing.tracer != nullptr ||
        outgoing.streamed != nullptr || sends_trace()) {
      return plain;
    }
    plain.by = transports_->find(outgoing.url).own;
    if (plain.by == nullptr) return plain;
    if (!is_idempotent(outgoing.method)) answer.times = {};  // it may be sent but once
    plain.took_cookies = take_cookies(request);
    plain.began = exchange_begin();
    return plain;
  }

  void note_plain(basic_request<Io>& outgoing, opened& answer, plain_call& plain) {
    const bool is_looked_at =
        outgoing.redirects.follow || options_.logger.is_enabled(log::level::info);
    answer.lacks_names = answer.may_be_whole && !is_looked_at;
    if (!answer.lacks_names) name_answer(outgoing, *answer.head);
    note_answer(outgoing, *answer.head, plain.took_cookies, plain.began, plain.sent_cookie);
  }

  [[nodiscard]] static bool is_led_on(const basic_request<Io>& outgoing, const opened& answer) {
    return outgoing.redirects.follow && is_redirect(answer.head->status) &&
           redirect_location(response_head::sharing(answer.head));
  }

  typename Io::template task<void> follow_plain(prepared& request, opened& answer,
                                                plain_call& plain) {
    hop_notes notes;
    notes.sent_cookie = std::move(plain.sent_cookie);
    co_await follow(request, answer, notes);
  }

  [[nodiscard]] bool has_hooks() const noexcept {
    return !options_.on_request.empty() || !options_.on_response.empty();
  }
  /// Whether requests tell what they are part of.
  [[nodiscard]] bool sends_trace() const {
    return options_.sends_trace && context_value(carried_trace) != nullptr;
  }

  /// The same for one that is not plain.
  typename Io::template task<void> start_in_steps(prepared& request, opened& answer) {
    auto& outgoing = request.built();
    request.complete();
    answer.times = {};  // others have a turn before it is sent
    const bool hooks_see_call = has_hooks() && options_.hook_scope != hook_scope::per_hop;
    if (hooks_see_call) co_await call_request_hooks(outgoing);
    hop_notes notes;
    notes.sends_trace = sends_trace() && !outgoing.headers.contains("traceparent");
    co_await send_hop(outgoing, answer, notes);
    if (is_led_on(outgoing, answer)) co_await follow(request, answer, notes);
    if (hooks_see_call) co_await call_response_hooks(outgoing, *answer.head);
  }

  /// One hop, however it is authenticated.
  typename Io::template task<void> send_hop(basic_request<Io>& outgoing, opened& answer,
                                            hop_notes& notes) {
    if (notes.sends_trace) detail::put_trace(outgoing.headers, *context_value(carried_trace));
    if (outgoing.auth != nullptr) {
      co_await send_authenticated(outgoing, answer, notes);
    } else {
      co_await send_hooked(outgoing, answer, notes);
    }
  }

  /// Goes where the answer leads, as long as one leads anywhere.
  typename Io::template task<void> follow(prepared& request, opened& answer, hop_notes& notes) {
    request.complete();
    auto& outgoing = request.built();
    answer.times = {};
    while (is_led_on(outgoing, answer)) {
      const auto head = response_head::sharing(answer.head);
      if (answer.history.size() == outgoing.redirects.max) {
        throw_too_many_redirects(head, answer.history.size());
      }
      if (!std::exchange(answer.is_whole, false)) {
        co_await drain(std::move(answer.body), outgoing.timeouts.read);
      }
      answer.content.clear();
      const std::string from(outgoing.url.origin());
      notes.seen.insert(cycle_key(outgoing, notes.sent_cookie));
      redirect(outgoing, head, notes.of_auth);
      check_cycle(outgoing, head, notes);
      if (notes.sends_trace && outgoing.url.origin() != from) {
        notes.sends_trace = false;
        detail::remove_trace(outgoing.headers);
      }
      answer.history.push_back(head);
      notes.redirected = answer.head;
      co_await send_hop(outgoing, answer, notes);
    }
  }

  void trace_call(basic_request<Io>& outgoing) {
    if (outgoing.tracer != nullptr && !*outgoing.tracer) outgoing.tracer = nullptr;
    const bool says_steps = options_.logger.is_enabled(log::level::debug);
    if (outgoing.tracer == nullptr && !says_steps) return;
    outgoing.tracer = trace_of_call(std::move(outgoing.tracer), options_.logger, ++traced_calls_);
  }

  static void take(opened& answer, basic_transport_response<Io>&& given) {
    answer.head = std::make_shared<response_head::parts>(std::move(given.head));
    answer.body = std::move(given.body);
  }

  // The answer to the same request with other cookies may be another: logins work like that.
  [[nodiscard]] static std::string cycle_key(const basic_request<Io>& outgoing,
                                             std::string_view cookie) {
    return outgoing.method + " " + outgoing.url.text() + " " + std::string(cookie);
  }

  /// Looks at the request that `answer` has led to, before it is sent.
  void check_cycle(const basic_request<Io>& next, const response_head& answer,
                   const hop_notes& notes) const {
    if (!next.redirects.detects_cycles) return;
    const auto written = next.headers.get("cookie");
    const std::string cookie = written ? std::string(*written) : cookies_for(next);
    if (notes.seen.contains(cycle_key(next, cookie))) throw_redirect_loop(answer);
  }

  /// Makes the request that a redirect asks for. `of_auth` names the fields that an authentication
  /// has added.
  void redirect(basic_request<Io>& outgoing, const response_head& answer,
                std::span<const std::string> of_auth = {}) const {
    auto step = follow_redirect(outgoing.method, outgoing.url, answer);
    if (step.becomes_get) {
      outgoing.method = "GET";
      outgoing.content.clear();
      outgoing.streamed = nullptr;
      outgoing.continue_wait.reset();
    } else if (outgoing.streamed != nullptr && !outgoing.streamed->rewind()) {
      throw_not_replayable(outgoing.method, step.url);
    }
    if (!step.keeps_credentials) {
      for (const auto& each : of_auth) outgoing.headers.remove(each);
      outgoing.auth = nullptr;
    }
    apply_redirect(step, outgoing.headers, options_.secret_headers);
    outgoing.extras = extras_of_redirect(outgoing.extras.get(), step.keeps_credentials);
    outgoing.url = std::move(step.url);
  }

  /// One hop, in as many rounds as its authentication takes.
  typename Io::template task<void> send_authenticated(basic_request<Io>& outgoing, opened& answer,
                                                      hop_notes& notes) {
    const auto flow = outgoing.auth->start();
    if (outgoing.streamed != nullptr && flow->max_held_content() != 0) {
      co_await hold_content(outgoing, flow->max_held_content());
    }
    for (bool has_begun = false;;) {
      co_await send_own_requests(*flow, outgoing, notes);
      if (!std::exchange(has_begun, true)) {
        take_step(outgoing, notes, {}, [&flow](auth_target& target) { flow->begin(target); });
      }
      co_await send_hooked(outgoing, answer, notes);
      std::string body;
      const bool is_read = flow->reads_answers() && !has_switched(outgoing, *answer.head);
      if (is_read) body = co_await hold(answer);
      bool goes_on = false;
      take_step(outgoing, notes, body, [&](auth_target& target) {
        goes_on = flow->again(target, response_head::sharing(answer.head));
      });
      // What the flow has kept is not changed any more.
      if (answer.head.use_count() != 1) {
        answer.head = std::make_shared<response_head::parts>(*answer.head);
      }
      if (!goes_on) co_return;
      if (outgoing.streamed != nullptr && !outgoing.streamed->rewind()) co_return;
      co_await drain(std::move(answer.body), outgoing.timeouts.read);
    }
  }

  /// Shows a request to its authentication. Hooks may change it between two steps, so it is looked
  /// at in each.
  template <class Step>
  static void take_step(basic_request<Io>& outgoing, hop_notes& notes, std::string_view answer_body,
                        Step step) {
    const headers before = outgoing.redirects.follow ? outgoing.headers : headers();
    auth_target target{outgoing.method,  outgoing.url, outgoing.content,
                       outgoing.headers, answer_body,  outgoing.target()};
    step(target);
    if (outgoing.redirects.follow) notes.add_of_auth(before, outgoing.headers);
  }

  /// What a flow wants to be told before its request is sent.
  typename Io::template task<void> send_own_requests(auth_flow& flow, basic_request<Io>& outgoing,
                                                     hop_notes& notes) {
    for (;;) {
      std::optional<auth_request> own;
      take_step(outgoing, notes, {}, [&](auth_target& target) { own = flow.own_request(target); });
      if (!own) co_return;
      const response told = co_await send_own(outgoing, std::move(*own));
      take_step(outgoing, notes, {}, [&](auth_target& target) { flow.own_answer(target, told); });
    }
  }

  /// Reads the body of a request into memory, where it stays the request's.
  typename Io::template task<void> hold_content(basic_request<Io>& outgoing, std::uint64_t most) {
    const auto check = [&outgoing, most](std::uint64_t size) {
      if (size > most) throw_unheld(outgoing.method, outgoing.url, most);
    };
    const auto prepare = [&outgoing] { return outgoing.streamed->prepare(); };
    co_await Io::call(prepare);
    const auto announced = outgoing.streamed->size();
    check(announced.value_or(0));
    std::string all;
    for (;;) {
      const auto piece = co_await Io::await(outgoing.streamed->next());
      if (!piece) break;
      check(all.size() + piece->size());
      all += *piece;
    }
    if (announced && *announced != all.size()) {
      throw_other_size(outgoing.method, outgoing.url, *announced, all.size());
    }
    outgoing.content = std::move(all);
    outgoing.streamed = nullptr;
  }

  /// What the authentication of a request asks for, on no connection of that request.
  typename Io::template task<response> send_own(const basic_request<Io>& of, auth_request asked) {
    const time_point began = Io::read_clock();
    auto outgoing = make_own(of, std::move(asked));
    try {
      opened answer;
      answer.max_body_bytes = options_.max_body_bytes;
      hop_notes notes;
      co_await send_hooked(outgoing, answer, notes);
      co_return co_await read_rest(std::move(answer), began);
    } catch (leat::error& problem) {
      name_request(problem, outgoing.method, outgoing.url);
      throw;
    }
  }

  [[nodiscard]] basic_request<Io> make_own(const basic_request<Io>& of,
                                           auth_request&& asked) const {
    basic_request<Io> made;
    made.url = resolve_own(of.url, asked.url);
    check_method(asked.method);
    made.method = std::move(asked.method);
    request_options fields;
    fields.headers = std::move(asked.headers);
    fields.content_type = std::move(asked.content_type);
    made.headers =
        merge_headers(made.url, {}, fields, !asked.content.empty(), options_.decoding.enabled);
    made.content = std::move(asked.content);
    made.timeouts = of.timeouts;
    made.tracer = of.tracer;
    if (!made.url.userinfo().empty()) {
      auth_target target{made.method, made.url, made.content, made.headers};
      basic_auth(made.url.username(), made.url.password())->start()->begin(target);
    }
    return made;
  }

  /// Whether the connection may be another protocol's now, so that there is no body to read.
  [[nodiscard]] static bool has_switched(const basic_request<Io>& outgoing,
                                         const response_head::parts& head) noexcept {
    return is_informational(head.status) || outgoing.method == "CONNECT";
  }

  /// Reads the body of an answer into memory, where it stays the answer's. Returns it with its
  /// content codings taken off.
  typename Io::template task<std::string> hold(opened& answer) {
    const auto head = response_head::sharing(answer.head);
    decoding_options as_it_came;
    as_it_came.enabled = false;
    reader received(head, std::move(answer.body), deadline::never(), answer.max_body_bytes, {},
                    as_it_came);
    std::string bytes = co_await received.read_to_end();
    answer.body = std::make_unique<held_body<Io>>(bytes);
    reader decoded(head, std::make_unique<held_body<Io>>(std::move(bytes)), deadline::never(),
                   answer.max_body_bytes, {}, options_.decoding);
    co_return co_await decoded.read_to_end();
  }

  /// One request on the wire, and the head of its answer.
  typename Io::template task<void> send_hooked(basic_request<Io>& outgoing, opened& answer,
                                               hop_notes& notes) {
    const bool has_hop_hooks = options_.hook_scope == hook_scope::per_hop;
    if (has_hop_hooks) co_await call_request_hooks(outgoing);
    const bool took_cookies = take_cookies(outgoing);
    if (outgoing.streamed != nullptr) {
      const auto prepare = [&outgoing] { return outgoing.streamed->prepare(); };
      co_await Io::call(prepare);
    }
    const time_point began = exchange_begin();
    take(answer, co_await Io::await(transports_->find(outgoing.url).any->handle(outgoing)));
    name_answer(outgoing, *answer.head);
    if (notes.redirected != nullptr) {
      answer.head->earlier = response_head::redirects_before(notes.redirected);
    }
    note_answer(outgoing, *answer.head, took_cookies, began, notes.sent_cookie);
    if (has_hop_hooks) co_await call_response_hooks(outgoing, *answer.head);
  }

  /// What the jar and the request itself have.
  [[nodiscard]] std::string cookies_for(const basic_request<Io>& outgoing) const {
    auto of_jar = options_.cookies->header_for(outgoing.url);
    if (outgoing.extras == nullptr || outgoing.extras->cookies.empty()) return of_jar;
    return join_cookies(of_jar, outgoing.extras->cookies);
  }

  /// Adds what the jar has. Returns whether it did: a Cookie field that the caller has written
  /// stands.
  [[nodiscard]] bool take_cookies(basic_request<Io>& outgoing) {
    if (outgoing.headers.contains("cookie")) return false;
    const std::string sent = cookies_for(outgoing);
    if (sent.empty()) return false;
    outgoing.headers.set("cookie", sent);
    return true;
  }

  /// The same for a request whose fields may be the usual ones.
  [[nodiscard]] bool take_cookies(prepared& request) {
    auto& outgoing = request.built();
    if (request.origin() == nullptr) return take_cookies(outgoing);
    if (request.origin()->has_cookie) return false;
    const std::string sent = options_.cookies->header_for(outgoing.url);
    if (sent.empty()) return false;
    request.complete();
    outgoing.headers.set("cookie", sent);
    return true;
  }

  /// When an exchange began, for the log; the clock is read only if there is one.
  [[nodiscard]] time_point exchange_begin() const {
    return options_.logger.is_enabled(log::level::info) ? Io::read_clock() : time_point();
  }

  void note_answer(basic_request<Io>& outgoing, response_head::parts& head, bool took_cookies,
                   time_point began, std::string& sent_cookie) {
    if (outgoing.redirects.follow) sent_cookie = outgoing.headers.get("cookie").value_or("");
    if (took_cookies) outgoing.headers.remove("cookie");
    head.default_charset = options_.decoding.default_charset;
    options_.cookies->store(outgoing.url, head.headers);
    if (options_.logger.is_enabled(log::level::info)) {
      log_exchange(options_.logger, head, Io::read_clock() - began);
    }
  }

  typename Io::template task<void> call_request_hooks(basic_request<Io>& outgoing) {
    const std::string host(outgoing.url.authority());
    for (auto& each : options_.on_request) co_await Io::call(each, outgoing);
    // Who leads a request elsewhere need not know that its header says where to, too.
    if (outgoing.url.authority() != host && outgoing.headers.get("host") == host) {
      outgoing.headers.set("host", outgoing.url.authority());
    }
  }
  typename Io::template task<void> call_response_hooks(const basic_request<Io>& outgoing,
                                                       response_head::parts& head) {
    basic_hook_answer<Io> seen{outgoing, head};
    for (auto& each : options_.on_response) co_await Io::call(each, seen);
  }

  /// Reads the body of an answer that nobody wants, so that its connection can be used again. One
  /// that is long, or that takes longer than `limit`, costs more than a new connection.
  static typename Io::template task<void> drain(std::unique_ptr<basic_response_body<Io>> unwanted,
                                                duration limit) {
    try {
      co_await Io::within(deadline::after(Io::now(), limit),
                          [&unwanted] { return read_unwanted(*unwanted); });
    } catch (const deadline_exceeded&) {
      // That of the whole call, if it was that, ends what comes next.
    } catch (const io::read_timeout&) {
    }
  }
  static typename Io::template task<void> read_unwanted(basic_response_body<Io>& body) {
    constexpr std::size_t most_read = std::size_t{64} << 10;
    for (std::size_t size = 0; size < most_read;) {
      const auto piece = co_await Io::await(body.read_some());
      if (piece.empty()) break;
      size += piece.size();
    }
  }

  typename Io::template task<response> send_and_read(prepared& request, time_point began) {
    opened begun;
    co_await start(request, begun);
    co_return co_await read_rest(std::move(begun), began);
  }

  /// Sees to it that a body which is in no coding and came with its head, as most do, is the
  /// answer's `content`. Returns false if that was not all, or too much: then it takes a reader.
  [[nodiscard]] bool read_at_once(opened& answer) const {
    if (answer.is_whole) return true;
    if (answer.body == nullptr || is_coded(*answer.head)) return false;
    while (answer.content.size() <= answer.max_body_bytes) {
      const auto piece = answer.body->try_read_some();
      if (!piece) return false;
      if (piece->empty()) return true;
      answer.content += *piece;
    }
    return false;
  }

  typename Io::template task<response> read_rest(opened begun, time_point began) {
    std::string body = std::move(begun.content);
    reader answer = reader_of(std::move(begun), deadline::never());
    answer.has_read(body.size());
    body = co_await answer.read_to_end(std::move(body));
    co_return completed(std::move(answer), std::move(body), began);
  }

  static response completed(reader&& answer, std::string&& body, time_point began) {
    const duration elapsed = Io::read_clock() - began;
    auto history = answer.take_history();
    const std::uint64_t downloaded = answer.bytes_downloaded();
    return response(std::move(answer), std::move(body), elapsed, std::move(history), downloaded);
  }

  basic_client_options<Io> options_;
  std::unique_ptr<const known_origin> base_;  // null without a base URL
  mutable origin_memory memory_;
  std::optional<transport_table<Io>> transports_;  // made when the options have been checked
  trace_ptr tracer_;                               // null: nobody is told
  std::atomic<std::uint64_t> traced_calls_ = 0;
  std::atomic<bool> is_closed_ = false;
};

}  // namespace leat::http
