# Judges the compiler by what its coroutines do, not by its name (docs/adr/0001).
#
# The programs in probe/ are compiled and run at -O0 and -O2. They are installed with the
# package, because a program that uses Leat is full of coroutines itself.
include_guard(GLOBAL)
cmake_policy(VERSION 3.25)

# leat_check_compiler(<refusal>)
#
# Sets <refusal> to the reason and the remedy if the compiler must not be used, and to
# nothing otherwise. Warns about a compiler that can be used with care. The verdict is
# cached; a change of compiler, flags or programs asks again.
function(leat_check_compiler refusal)
  set(${refusal} "" PARENT_SCOPE)
  if(NOT CMAKE_CXX_COMPILER_LOADED)
    set(${refusal} "Leat is C++: say project(... LANGUAGES CXX) first" PARENT_SCOPE)
    return()
  endif()
  if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
    message(STATUS "Leat: compiler probe skipped, its programs cannot run here (cross-compiling)")
    return()
  endif()

  set(name "${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}")
  leat_probe_key(key)
  if(NOT LEAT_PROBE_KEY STREQUAL key)
    leat_run_probe(hard soft broken)
    set(LEAT_PROBE_HARD "${hard}" CACHE INTERNAL "Coroutine faults that no care avoids")
    set(LEAT_PROBE_SOFT "${soft}" CACHE INTERNAL "Coroutine faults that a program can avoid")
    set(LEAT_PROBE_BROKEN "${broken}" CACHE INTERNAL "Why the probe could not be compiled")
    set(LEAT_PROBE_KEY "${key}" CACHE INTERNAL "What the verdict above was about")
    if(NOT hard AND NOT soft AND NOT broken)
      message(STATUS "Leat: compiler probe: ${name} passes")
    endif()
  endif()

  # message() and find_package() reflow every line that is not indented.
  string(CONCAT remedy
    "  What to do: use clang 19, with which Leat is developed and tested.\n"
    "    Debian 12:          apt-get install clang-19 lld-19\n"
    "    Leat's own tree:    cmake --preset dev\n"
    "    any other project:  cmake -S . -B build-clang -DCMAKE_CXX_COMPILER=clang++-19\n"
    "  A build folder keeps its compiler for ever, so start with an empty one.\n")
  set(which "${name} (${CMAKE_CXX_COMPILER})")

  if(LEAT_PROBE_BROKEN)
    leat_indent(lines "${LEAT_PROBE_BROKEN}")
    string(CONCAT text
      "Leat cannot be used with ${which}.\n"
      "  It does not compile C++20 coroutines; in its own words:\n"
      "${lines}\n"
      "${remedy}")
    set(${refusal} "${text}" PARENT_SCOPE)
  elseif(LEAT_PROBE_HARD)
    leat_indent(lines "${LEAT_PROBE_HARD}")
    string(CONCAT text
      "Leat cannot be used with ${which}.\n"
      "  It miscompiles coroutines, and does so without a warning. In a program that it\n"
      "  compiles, objects are lost or destroyed twice, which corrupts memory, or a\n"
      "  coroutine never runs, and what awaits it hangs. Of the small coroutines with\n"
      "  which Leat tries a compiler, these went wrong:\n"
      "${lines}\n"
      "${remedy}")
    set(${refusal} "${text}" PARENT_SCOPE)
  elseif(LEAT_PROBE_SOFT)
    leat_indent(lines "${LEAT_PROBE_SOFT}")
    string(CONCAT text
      "${which} forgets objects when a task is cancelled.\n"
      "  If the task stops at an await in the middle of one of the forms below, what the\n"
      "  form has built already is never destroyed: memory leaks, a lock or a slot of a\n"
      "  pool stays taken. In these forms, await into a local variable first:\n"
      "${lines}\n"
      "${remedy}")
    message(WARNING "${text}")
  endif()
endfunction()

# Whatever can change what the compiler makes of the programs.
function(leat_probe_key key)
  file(GLOB sources ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/probe/*.?pp)
  set(parts "${CMAKE_CXX_COMPILER}" "${CMAKE_CXX_COMPILER_VERSION}" "${CMAKE_CXX_FLAGS}")
  # An upgrade of the package changes the compiler behind its unchanged path.
  foreach(file IN LISTS CMAKE_CXX_COMPILER CMAKE_CURRENT_FUNCTION_LIST_FILE sources)
    file(TIMESTAMP "${file}" changed)
    list(APPEND parts "${changed}")
  endforeach()
  string(SHA1 digest "${parts}")
  set(${key} ${digest} PARENT_SCOPE)
endfunction()

# leat_run_probe(<hard> <soft> <broken>): lists of faults, or the compiler's complaints.
function(leat_run_probe hard soft broken)
  set(hard_faults "")
  set(soft_faults "")
  set(complaints "")
  set(CMAKE_CXX_STANDARD 20)
  set(CMAKE_CXX_STANDARD_REQUIRED ON)
  # The level must come last on the command line, behind the flags of the build type.
  set(CMAKE_TRY_COMPILE_CONFIGURATION Release)

  foreach(program awaits_in_conditions temporaries_in_awaits abandoned_expressions)
    set(is_last FALSE)
    if(program STREQUAL "abandoned_expressions")
      set(is_last TRUE)
    endif()
    # A compiler that is refused anyway need not be asked about its smaller faults.
    if(complaints OR (hard_faults AND is_last))
      break()
    endif()

    foreach(level -O0 -O2)
      set(CMAKE_CXX_FLAGS_RELEASE ${level})
      try_run(exit_code compiled
        SOURCES ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/probe/${program}.cpp
        COMPILE_OUTPUT_VARIABLE compiler_output
        RUN_OUTPUT_VARIABLE output)

      if(NOT compiled AND is_last)
        list(APPEND soft_faults "co_await beside other parts (some forms do not compile)")
      elseif(NOT compiled)
        leat_first_errors(complaints "${compiler_output}")
        break()
      else()
        string(REGEX MATCHALL "(hard|soft): [^\n]*" lines "${output}")
        foreach(line IN LISTS lines)
          string(SUBSTRING "${line}" 0 4 severity)
          string(SUBSTRING "${line}" 6 -1 form)
          list(APPEND ${severity}_faults "${form}")
        endforeach()
        if(NOT exit_code EQUAL 0)
          list(APPEND hard_faults "${program}.cpp crashed (${exit_code})")
        endif()
      endif()
    endforeach()
  endforeach()

  # What fails at both levels is one fault to a reader.
  list(REMOVE_DUPLICATES hard_faults)
  list(REMOVE_DUPLICATES soft_faults)
  set(${hard} "${hard_faults}" PARENT_SCOPE)
  set(${soft} "${soft_faults}" PARENT_SCOPE)
  set(${broken} "${complaints}" PARENT_SCOPE)
endfunction()

# The first errors in what a build printed; all of it if none is recognised.
function(leat_first_errors errors output)
  string(REPLACE ";" "," output "${output}")
  string(REGEX MATCHALL "[^\n]*error[: ][^\n]*" lines "${output}")
  list(SUBLIST lines 0 3 lines)
  if(NOT lines)
    string(REPLACE "\n" ";" lines "${output}")
  endif()
  set(${errors} "${lines}" PARENT_SCOPE)
endfunction()

function(leat_indent text lines)
  list(TRANSFORM lines PREPEND "    ")
  list(JOIN lines "\n" joined)
  set(${text} "${joined}" PARENT_SCOPE)
endfunction()
