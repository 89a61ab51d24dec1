// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

/// From addresses in code to what people call the place.
///
/// The names come from the symbol table, so an optimised build without debug information shows
/// them too, those of static functions and lambdas included; a stripped one shows what it
/// exports. File and line come from debug information. Where the library was built without
/// libbacktrace (docs/adr/0015), only exported names are known.
namespace leat::io {

/// What lies at an address.
struct symbol {
  std::string function;  ///< As in the source, or the file of the module; never empty.
  std::string file;      ///< Empty if there is no debug information.
  int line = 0;          ///< 0 if there is no debug information.
};

/// Every function whose code lies at `address`, innermost first: where the compiler has
/// inlined calls there are several, if debug information tells. Never empty.
///
/// To look up a return address, subtract one: it names what follows the call.
///
/// The first call reads the debug information of the program, which may take a second, and
/// keeps it. Not for signal handlers.
/// Errors: `std::bad_alloc`. Thread-safety: any thread; calls wait for one another.
[[nodiscard]] std::vector<symbol> symbols_at(const void* address);

/// The innermost of `symbols_at(address)`. Errors and Thread-safety: of that.
[[nodiscard]] symbol symbolise(const void* address);

/// "function() at file.cpp:12", or as much of it as is known.
[[nodiscard]] std::string to_text(const symbol& place);

}  // namespace leat::io
