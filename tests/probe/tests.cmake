# leat_probe_test(<sentence> COMPILER <name> [VERSION <regex>] [OPTIONS <option>...]
#                 [ACCEPTED] [SAYS <text>...] [DOES_NOT_SAY <text>...]
#                 [SOURCE <project>] [FIXTURE <name>])
function(leat_probe_test sentence)
  cmake_parse_arguments(PARSE_ARGV 1 arg "ACCEPTED"
    "COMPILER;VERSION;SOURCE;FIXTURE" "OPTIONS;SAYS;DOES_NOT_SAY")
  if(NOT arg_SOURCE)
    set(arg_SOURCE ${PROJECT_SOURCE_DIR})
  endif()
  string(MAKE_C_IDENTIFIER "${sentence}" folder)
  add_test(NAME "probe/compiler probe: ${sentence}"
    COMMAND ${CMAKE_COMMAND}
      -DCOMPILER=${arg_COMPILER} -DVERSION=${arg_VERSION} "-DOPTIONS=${arg_OPTIONS}"
      -DGENERATOR=${CMAKE_GENERATOR} -DSOURCE=${arg_SOURCE}
      -DWORK=${CMAKE_CURRENT_BINARY_DIR}/probe/${folder}
      -DACCEPTED=${arg_ACCEPTED} "-DSAYS=${arg_SAYS}" "-DDOES_NOT_SAY=${arg_DOES_NOT_SAY}"
      -P ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/configure.cmake)
  set_tests_properties("probe/compiler probe: ${sentence}" PROPERTIES
    LABELS compile TIMEOUT 120 SKIP_REGULAR_EXPRESSION "SKIPPED:"
    FIXTURES_REQUIRED "${arg_FIXTURE}")
endfunction()

leat_probe_test("refuses g++ 12.2 with the reason and the remedy"
  COMPILER g++-12 VERSION "12\\.[12]\\."
  SAYS
    "Leat cannot be used with GNU 12."
    "objects are lost or destroyed twice"
    "what awaits it hangs"
    "an await in the condition of an if"
    "a temporary aggregate passed by value"
    "a capturing lambda passed by value"
    "apt-get install clang-19"
    "-DCMAKE_CXX_COMPILER=clang++-19")

leat_probe_test("refuses a compiler that has no coroutines in the compiler's own words"
  COMPILER g++-12 OPTIONS -DCMAKE_CXX_FLAGS=-fno-coroutines
  SAYS
    "It does not compile C++20 coroutines"
    "the coroutine header requires -fcoroutines"
    "apt-get install clang-19")

leat_probe_test("warns about clang 16 and lists the forms to avoid"
  COMPILER clang++-16 ACCEPTED
  SAYS
    "CMake Warning"
    "forgets objects when a task is"
    "aggregate{a(), co_await b()}"
    "array[] = {a(), co_await b()}"
    "[x = a(), y = co_await b()] {}"
    "std::initializer_list: {a(), co_await b()}")

leat_probe_test("lets clang 19 pass with one line"
  COMPILER clang++-19 ACCEPTED
  SAYS "Leat: compiler probe: Clang 19"
  DOES_NOT_SAY "Warning" "forgets" "cannot be used")

leat_probe_test("is skipped, and says so, when its programs cannot run here"
  COMPILER clang++-19 ACCEPTED
  OPTIONS -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=other
  SAYS "Leat: compiler probe skipped"
  DOES_NOT_SAY "passes")

if(LEAT_INSTALL)
  leat_probe_test("refuses g++ 12.2 to a project that finds the installed package"
    COMPILER g++-12 VERSION "12\\.[12]\\."
    SOURCE ${CMAKE_CURRENT_SOURCE_DIR}/install/find_package FIXTURE installed_package
    OPTIONS -DCMAKE_PREFIX_PATH=${CMAKE_CURRENT_BINARY_DIR}/stage
    SAYS
      "Leat cannot be used with GNU 12."
      "what awaits it hangs"
      "apt-get install clang-19")
endif()
