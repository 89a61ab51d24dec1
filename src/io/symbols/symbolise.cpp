// SPDX-License-Identifier: MIT
#include "leat/io/symbolise.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <string_view>

#include <cxxabi.h>
#include <dlfcn.h>

#ifdef LEAT_HAS_LIBBACKTRACE
#include <backtrace.h>
#endif

namespace leat::io {
namespace {

struct free_memory {
  void operator()(char* text) const noexcept { std::free(text); }
};

/// The name as in the source. A coroutine is split into several functions by the compiler, which
/// says nothing to whoever wrote one.
std::string demangled(const char* name) {
  int failure = 0;
  const std::unique_ptr<char, free_memory> text(
      abi::__cxa_demangle(name, nullptr, nullptr, &failure));
  std::string result = text == nullptr ? name : text.get();
  for (const std::string_view part : {" [clone .resume]", " [clone .destroy]"}) {
    if (result.ends_with(part)) result.resize(result.size() - part.size());
  }
  return result;
}

std::string in_hex(std::uintptr_t number) {
  std::array<char, 2 * sizeof number> digits{};
  const auto end = std::to_chars(digits.begin(), digits.end(), number, 16).ptr;
  return "0x" + std::string(digits.begin(), end);
}

/// What the dynamic linker knows: exported names, and which module it is.
symbol from_linker(const void* address) {
  Dl_info found{};
  if (::dladdr(address, &found) == 0) {
    return {in_hex(reinterpret_cast<std::uintptr_t>(address)), "", 0};
  }
  if (found.dli_sname != nullptr) return {demangled(found.dli_sname), "", 0};
  const auto offset =
      reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(found.dli_fbase);
  return {std::string(found.dli_fname) + "+" + in_hex(offset), "", 0};
}

#ifdef LEAT_HAS_LIBBACKTRACE

/// What libbacktrace has found so far. Its callbacks are C, so no exception may cross it.
struct lookup {
  std::vector<symbol> found;
  std::string name;
  std::exception_ptr failure;

  template <class Function>
  void attempt(Function function) noexcept {
    try {
      function();
    } catch (...) {
      failure = std::current_exception();
    }
  }
};

void ignore_failure(void* /*data*/, const char* /*message*/, int /*number*/) {}

int add_place(void* data, std::uintptr_t /*address*/, const char* file, int line,
              const char* function) {
  auto& into = *static_cast<lookup*>(data);
  into.attempt([&] {
    if (function == nullptr && file == nullptr) return;
    into.found.push_back({function == nullptr ? "" : demangled(function),
                          file == nullptr ? "" : file, file == nullptr ? 0 : line});
  });
  return 0;
}

void note_name(void* data, std::uintptr_t /*address*/, const char* name, std::uintptr_t /*value*/,
               std::uintptr_t /*size*/) {
  auto& into = *static_cast<lookup*>(data);
  into.attempt([&] {
    if (name != nullptr) into.name = demangled(name);
  });
}

std::vector<symbol> from_debug_information(const void* address) {
  // libbacktrace has no way to free its state: one for the life of the program.
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  static backtrace_state* const state =
      ::backtrace_create_state(nullptr, /*threaded=*/0, ignore_failure, nullptr);
  if (state == nullptr) return {};

  lookup looked_up;
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  ::backtrace_pcinfo(state, at, add_place, ignore_failure, &looked_up);
  ::backtrace_syminfo(state, at, note_name, ignore_failure, &looked_up);
  if (looked_up.failure) std::rethrow_exception(looked_up.failure);

  auto& found = looked_up.found;
  if (found.empty() && !looked_up.name.empty()) found.push_back({looked_up.name, "", 0});
  // Debug information may call a function `f` where the symbol says `ns::f(int)`; only the
  // outermost one is what the symbol names.
  if (!found.empty() && !looked_up.name.empty()) found.back().function = looked_up.name;
  return found;
}

#else

std::vector<symbol> from_debug_information(const void* /*address*/) {
  return {};
}

#endif

}  // namespace

std::vector<symbol> symbols_at(const void* address) {
  std::vector<symbol> found = from_debug_information(address);
  if (found.empty()) found.push_back(from_linker(address));
  for (auto& each : found) {
    if (each.function.empty()) each.function = from_linker(address).function;
  }
  return found;
}

symbol symbolise(const void* address) {
  return symbols_at(address).front();
}

std::string to_text(const symbol& place) {
  if (place.file.empty()) return place.function;
  return place.function + " at " + place.file + ":" + std::to_string(place.line);
}

}  // namespace leat::io
