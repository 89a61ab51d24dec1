// SPDX-License-Identifier: MIT
#include "dashboard.hpp"

#include <utility>

#include <leat/coro/when_all.hpp>
#include <leat/io/error.hpp>
#include <leat/pool/error.hpp>

namespace gateway {
namespace {

leat::metrics::histogram histogram_for(leat::metrics::registry& registry, const std::string& source,
                                       leat::call_ending ending) {
  return registry.add_histogram(
      "gateway_upstream_seconds", "How long calls of upstreams took, by how they ended.",
      leat::metrics::latency_buckets(), {{"source", source}, {"outcome", leat::to_string(ending)}});
}

}  // namespace

call_observer::call_observer(const std::string& source, leat::log::logger log,
                             leat::metrics::registry& registry)
    : log_(std::move(log)),
      ok_(histogram_for(registry, source, leat::call_ending::ok)),
      error_(histogram_for(registry, source, leat::call_ending::error)),
      cancelled_(histogram_for(registry, source, leat::call_ending::cancelled)) {}

void call_observer::operator()(const leat::latency_record& record) noexcept {
  switch (record.ending) {
    case leat::call_ending::ok: ok_.observe(record.elapsed); break;
    case leat::call_ending::error: error_.observe(record.elapsed); break;
    case leat::call_ending::cancelled: cancelled_.observe(record.elapsed); break;
  }
  log_.info("upstream called", {{"source", record.name},
                                {"outcome", leat::to_string(record.ending)},
                                {"seconds", record.elapsed}});
}

leat::task<leat::model::json_text> data_fetcher::fetch_metrics(const metrics_source& source) {
  leat::http::request_options options;
  // The source's own time is the only limit: no phase of the call ends it earlier.
  options.timeouts.pool = options.timeouts.connect = source.timeout;
  options.timeouts.write = options.timeouts.read = source.timeout;
  options.timeouts.total = source.timeout;
  auto answer = co_await client_.get(source.url, std::move(options));
  auto data = answer.raise_for_status().json<leat::model::json_text>();
  if (!data.is_object()) {
    throw leat::http::decode_error("the answer to GET " + answer.url() + " is no JSON object");
  }
  co_return data;
}

aggregator::aggregator(data_fetcher& fetcher, std::vector<metrics_source> sources,
                       leat::log::logger log, leat::metrics::registry& registry)
    : fetcher_(fetcher), log_(std::move(log)) {
  const auto call = [](data_fetcher* with, const metrics_source* from) {
    return with->fetch_metrics(*from);
  };
  sources_.reserve(sources.size());
  for (auto& each : sources) {
    call_observer observer(each.name, log_, registry);
    auto measured = leat::measure_latency<fetch>(each.name, call, std::move(observer));
    sources_.push_back({std::move(each), std::move(measured)});
  }
}

leat::task<dashboard> aggregator::compile_dashboard() {
  std::vector<leat::task<leat::model::json_text>> calls;
  calls.reserve(sources_.size());
  for (auto& each : sources_) {
    calls.push_back(each.call(&fetcher_, static_cast<const metrics_source*>(&each.source)));
  }
  auto outcomes = co_await leat::when_all_settled(std::move(calls));

  dashboard result;
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    auto& entry = result.append_new(sources_[i].source.name);
    if (outcomes[i].has_value()) {
      entry.status = "ok";
      entry.data = std::move(outcomes[i]).value();
      continue;
    }
    entry.status = "error";
    entry.detail = public_detail(outcomes[i].error());
    log_.warn("upstream failed", {{"source", sources_[i].source.name},
                                  {"error", leat::describe(outcomes[i].error())}});
  }
  co_return result;
}

std::string public_detail(const std::exception_ptr& failure) {
  if (failure == nullptr) return "the call was cancelled";
  try {
    std::rethrow_exception(failure);
  } catch (const leat::http::status_error& e) {
    return "the source answered with status " + std::to_string(e.status());
  } catch (const leat::http::decode_error&) {
    return "the source did not answer with a JSON object";
  } catch (const leat::pool::pool_timeout&) {
    return "no connection to the source became free in time";
  } catch (const leat::io::connect_timeout&) {
    return "the source could not be connected in time";
  } catch (const leat::timeout_error&) {
    return "the source did not answer in time";
  } catch (const leat::io::resolve_error&) {
    return "the source's name could not be looked up";
  } catch (const leat::io::connect_error&) {
    return "the source could not be connected";
  } catch (const leat::io_error&) {
    return "the connection to the source was lost";
  } catch (const leat::protocol_error&) {
    return "the source's answer was not understood";
  } catch (...) {
    return "the call failed";
  }
}

}  // namespace gateway
