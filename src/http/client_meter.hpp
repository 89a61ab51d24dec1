// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "leat/http/transport.hpp"
#include "leat/http/transport_options.hpp"
#include "leat/metrics/instruments.hpp"

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

    exchange(client_meter& meter, std::string_view method, clock now) noexcept
        : meter_(meter), method_(method), now_(now), began_(now()) {
      meter_.in_progress_.increment();
    }
    exchange(const exchange&) = delete;
    exchange& operator=(const exchange&) = delete;
    ~exchange() {
      meter_.in_progress_.decrement();
      meter_.note(method_, status_, now_() - began_);
    }
    void answered(int status) noexcept { status_ = status; }

   private:
    client_meter& meter_;
    std::string_view method_;
    clock now_;
    time_point began_;
    int status_ = 0;
  };

 private:
  /// What the registry refuses is not measured: there is nobody to tell.
  void note(std::string_view method, int status, duration took) noexcept;
  void try_note(std::string_view method, int status, duration took);

  client_metrics options_;
  metrics::gauge in_progress_;
  std::mutex mutex_;  // guards what follows
  std::map<std::string, metrics::histogram, std::less<>> took_;
  std::map<std::pair<std::string, int>, metrics::counter> by_status_;
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
    client_meter::exchange measured(*meter_, request.method, &Io::read_clock);
    auto answer = co_await Io::await(inner_->handle(request));
    measured.answered(answer.head.status);
    co_return answer;
  }

  std::shared_ptr<basic_transport<Io>> inner_;
  std::shared_ptr<client_meter> meter_;
};

}  // namespace leat::http
