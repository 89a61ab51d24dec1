# Precompiled headers, which halve the time of a whole build.
#
# Only for Leat's own builds and off by default: with them a source that forgot an include
# compiles all the same. So the library has a switch of its own, which is off where it counts.
include_guard(GLOBAL)

option(LEAT_PRECOMPILE "Precompile headers for tests, examples and programs" OFF)
option(LEAT_PRECOMPILE_LIBRARY "Precompile headers for the library too" OFF)
set(LEAT_PRECOMPILE_DIR ${CMAKE_CURRENT_LIST_DIR}/precompiled)

# leat_precompiled(<name> HEADERS <header>... [DEPENDS <target>...])
#
# Headers for targets that are compiled like this one; leat_use_precompiled() names them.
function(leat_precompiled name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "HEADERS;DEPENDS")
  if(NOT LEAT_PRECOMPILE)
    return()
  endif()
  # CMake precompiles for a target with a source, so it gets one.
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
  file(GENERATE OUTPUT ${source} CONTENT "")
  add_library(${name} OBJECT EXCLUDE_FROM_ALL ${source})
  target_compile_features(${name} PRIVATE cxx_std_20)
  target_link_libraries(${name} PRIVATE leat_dev_flags ${arg_DEPENDS})
  target_precompile_headers(${name} PRIVATE ${arg_HEADERS})
  # ccache tells precompiled headers apart by what is in them, so no time may be in them.
  target_compile_options(${name} PRIVATE
    "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")
endfunction()

# leat_use_precompiled(<target> <name>)
function(leat_use_precompiled target name)
  if(LEAT_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM ${name})
  endif()
endfunction()
