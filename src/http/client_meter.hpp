// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "leat/http/request.hpp"
#include "leat/http/transport.hpp"
#include "leat/http/transport_options.hpp"
#include "leat/metrics/instruments.hpp"

#include "http/known_methods.hpp"

namespace leat::http {

/// What a client measures of its requests. Thread-safety: any thread.
class client_meter {
 public:
  /// Errors: those of the registry.
  explicit client_meter(client_metrics options);

  /// One request: from its construction to its end, however that comes about.
  class exchange {
   public:
    using clock = time_point (*)() noexcept;

    /// `extras` has the name of the endpoint, if it has one. They outlive this; the method need
    /// not.
    exchange(client_meter& meter, std::string_view method, const request_extras* extras,
             clock now) noexcept
        : meter_(meter),
          method_(detail::method_label(method)),
          endpoint_(extras != nullptr ? std::string_view(extras->endpoint) : std::string_view()),
          now_(now),
          began_(now()) {
      meter_.in_progress_.increment();
    }
    exchange(const exchange&) = delete;
    exchange& operator=(const exchange&) = delete;
    ~exchange() {
      meter_.in_progress_.decrement();
      meter_.note({method_, endpoint_}, status_, now_() - began_);
    }
    void answered(int status) noexcept { status_ = status; }

   private:
    client_meter& meter_;
    std::string_view method_;
    std::string_view endpoint_;
    clock now_;
    time_point began_;
    int status_ = 0;
  };

 private:
  /// What a request is: what its method is called, and its endpoint.
  using kind = std::pair<std::string_view, std::string_view>;

  /// What is measured of requests of one kind.
  struct series {
    metrics::histogram took;
    std::map<int, metrics::counter> by_status{};
  };
  /// Found without a string being made for it.
  struct before {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const noexcept {
      return kind(a.first, a.second) < kind(b.first, b.second);
    }
  };

  /// What the registry refuses is not measured: there is nobody to tell.
  void note(kind what, int status, duration took) noexcept;
  void try_note(kind what, int status, duration took);
  [[nodiscard]] metrics::counter counter_of(std::string_view method, std::string_view endpoint,
                                            int status) const;

  client_metrics options_;
  metrics::gauge in_progress_;
  std::mutex mutex_;  // guards what follows
  std::map<std::pair<std::string, std::string>, series, before> series_;
};

/// Measures what another transport does.
template <class Io>
class measured_transport final : public basic_transport<Io> {
 public:
  measured_transport(std::shared_ptr<basic_transport<Io>> inner,
                     std::shared_ptr<client_meter> meter) noexcept
      : inner_(std::move(inner)), meter_(std::move(meter)) {}

  typename Io::template result<basic_transport_response<Io>> handle(
      basic_request<Io>& request) override {
    return Io::expose(measure(request));
  }
  void close() override { inner_->close(); }

 private:
  typename Io::template task<basic_transport_response<Io>> measure(basic_request<Io>& request) {
    // A transport may change the request, but not this.
    const std::shared_ptr<const request_extras> extras = request.extras;
    client_meter::exchange measured(*meter_, request.method, extras.get(), &Io::read_clock);
    auto answer = co_await Io::await(inner_->handle(request));
    measured.answered(answer.head.status);
    co_return answer;
  }

  std::shared_ptr<basic_transport<Io>> inner_;
  std::shared_ptr<client_meter> meter_;
};

}  // namespace leat::http
