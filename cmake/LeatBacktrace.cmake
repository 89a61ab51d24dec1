include_guard(GLOBAL)
include(CheckCXXSourceCompiles)

# leat_find_backtrace(<library> <flags>)
#
# Finds libbacktrace, which comes with gcc's run-time library and so lies where the compiler
# looks for that one, but whose header is seen by gcc only (docs/adr/0015). Sets what to link and
# how to compile, both empty if it is not there.
function(leat_find_backtrace library flags)
  set(${library} "" PARENT_SCOPE)
  set(${flags} "" PARENT_SCOPE)
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} --print-file-name=libbacktrace.a
    OUTPUT_VARIABLE archive OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  get_filename_component(folder "${archive}" DIRECTORY)
  # After all others, because the compiler has headers of its own for what else is in there.
  set(found_flags -idirafter ${folder}/include -DLEAT_HAS_LIBBACKTRACE)
  list(JOIN found_flags " " CMAKE_REQUIRED_FLAGS)
  set(CMAKE_REQUIRED_LIBRARIES -lbacktrace)
  check_cxx_source_compiles("
    #include <backtrace.h>
    int main() { return backtrace_create_state(nullptr, 0, nullptr, nullptr) == nullptr; }"
    LEAT_FOUND_LIBBACKTRACE)
  if(LEAT_FOUND_LIBBACKTRACE)
    set(${library} -lbacktrace PARENT_SCOPE)
    set(${flags} "${found_flags}" PARENT_SCOPE)
  else()
    message(STATUS "Without libbacktrace, backtraces name exported functions only")
  endif()
endfunction()
