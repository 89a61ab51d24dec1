// SPDX-License-Identifier: MIT
#include "log/core.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "leat/base/error.hpp"
#include "leat/base/trace_context.hpp"

#include "log/carried_fields.hpp"
#include "log/format.hpp"

namespace leat::log {
namespace {

/// Where nothing is shown nothing is worth a call, so the gate stays shut.
level effective_minimum(presentation how, level minimum) noexcept {
  return how == presentation::null ? level::off : minimum;
}

std::unique_ptr<line_delivery> make_delivery(delivery how, const backend_options& options) {
  std::vector<sink> sinks = options.sinks;
  if (options.presentation == presentation::null) {
    sinks.clear();
    how = delivery::synchronous;
  } else if (sinks.empty()) {
    sinks.push_back(sink::standard_error());
  }
  if (how == delivery::synchronous) return make_synchronous_delivery(sinks, options.colours);
  if (options.queue_records == 0) throw invalid_argument("a log queue needs room for a record");
  return make_asynchronous_delivery(sinks, options.colours, options.queue_records,
                                    options.overflow);
}

}  // namespace

/// Keeps `close()` from taking the delivery away from under a thread that submits.
class core::entered {
 public:
  explicit entered(core& owner) noexcept : owner_(owner) { owner_.inside_.fetch_add(1); }
  entered(const entered&) = delete;
  entered& operator=(const entered&) = delete;
  ~entered() { owner_.inside_.fetch_sub(1); }

 private:
  core& owner_;
};

core::core(delivery how, backend_options options)
    : gate(effective_minimum(options.presentation, options.minimum)),
      options_(std::move(options)),
      redaction_(options_.redacted_keys),
      delivery_(make_delivery(how, options_)),
      with_colours_(delivery_->shows_colours()) {}

logger core::make_logger(std::string_view name) {
  logger made;
  made.core_ = shared_from_this();
  made.gate_ = this;
  auto context = std::make_shared<logger::context>();
  context->name = name;
  made.context_ = std::move(context);
  return made;
}

logger core::derive(const logger& from, std::string_view name, std::span<const field> added) {
  auto context = std::make_shared<logger::context>();
  const auto keep = [&](std::string_view text) {
    return std::string_view(context->texts.emplace_back(text));
  };
  const auto set = [&](const field& each) {
    const value shown = redaction_.hides(each.key) ? value(redacted_text) : each.value;
    const auto* const text = shown.get_if<std::string_view>();
    const value kept = text != nullptr ? value(keep(*text)) : shown;
    const auto present = std::ranges::find(context->fields, each.key, &field::key);
    if (present != context->fields.end()) {
      present->value = kept;
    } else {
      context->fields.push_back({keep(each.key), kept});
    }
  };
  context->name = name;
  std::ranges::for_each(from.context_->fields, set);
  std::ranges::for_each(added, set);

  logger made = from;
  made.context_ = std::move(context);
  return made;
}

void core::submit(level at, std::string_view event, std::span<const field> fields,
                  const logger::context& bound) noexcept {
  const entered inside(*this);
  if (is_closed_.load()) return;
  try {
    process(at, event, fields, bound);
  } catch (...) {
    submitted_.fetch_add(1);
    failed_.fetch_add(1);
  }
}

void core::process(level at, std::string_view event, std::span<const field> fields,
                   const logger::context& bound) {
  const auto now = options_.now ? options_.now() : std::chrono::system_clock::now();
  record what(at, now, bound.name, event, redaction_);
  what.fields_.reserve(bound.fields.size() + fields.size());
  what.fields_.assign(bound.fields.begin(), bound.fields.end());
  if (const auto* const carried = context_value(detail::carried_fields)) {
    for (const field& each : (*carried)->fields) {
      if (what.find(each.key) == nullptr) what.set_view(each.key, each.value);
    }
  }
  for (const field& each : fields) what.set_view(each.key, each.value);
  if (const auto* const trace = context_value(carried_trace)) {
    // Its texts live as long as the task's context, which is longer than the record.
    if (what.find("trace_id") == nullptr) what.set_view("trace_id", trace->trace_id());
    if (what.find("span_id") == nullptr) what.set_view("span_id", trace->span_id());
  }

  for (const processor& process : options_.processors) {
    if (process(what) == verdict::drop) return;
  }
  // Memory that is kept from record to record; a sink that logs elsewhere meanwhile finds none.
  thread_local std::string kept;
  std::string line = std::exchange(kept, {});
  line.clear();
  append_formatted(line, what, options_.presentation, with_colours_);
  delivery_->submit(at, line);
  kept.swap(line);
  submitted_.fetch_add(1);
}

void core::set_minimum(level minimum) noexcept {
  minimum_.store(effective_minimum(options_.presentation, minimum));
}

void core::flush() {
  delivery_->flush();
}

backend_counts core::counts() const noexcept {
  return {.submitted = submitted_.load(),
          .written = delivery_->written(),
          .dropped = delivery_->dropped(),
          .failed = delivery_->failed() + failed_.load()};
}

void core::close() noexcept {
  is_closed_.store(true);
  while (inside_.load() != 0) std::this_thread::yield();
  delivery_->close();
}

}  // namespace leat::log
