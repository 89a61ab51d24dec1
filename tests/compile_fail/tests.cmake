# Mistakes that must not compile, and what the compiler must say about each.
#
# leat_refuses(<file> <mistake> SAYS <text>)
#
# Each file compiles as it is and does not with MISTAKE_<mistake> defined, which turns one right
# line into a wrong one. So a file that has errors for another reason fails a test too. Only the
# syntax is checked; with the flags that docs/guides/mistakes recommends to everyone.
set(LEAT_COMPILE_FAIL_DIR ${CMAKE_CURRENT_LIST_DIR})

function(leat_refuses file mistake)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "SAYS" "")
  set(command ${CMAKE_CXX_COMPILER} -std=c++20 -fsyntax-only -Wall -Wextra -Werror=unused-result
    -I${PROJECT_SOURCE_DIR}/include ${LEAT_COMPILE_FAIL_DIR}/${file}.cpp)

  set(control "compile_fail/${file}: compiles without its mistakes")
  if(NOT TEST "${control}")
    add_test(NAME "${control}" COMMAND ${command} -Werror)
    set_tests_properties("${control}" PROPERTIES LABELS compile TIMEOUT 60)
  endif()

  string(REGEX REPLACE "([][+.*()^$?|\\\\])" "\\\\\\1" pattern "${arg_SAYS}")
  set(test "compile_fail/${file}: ${mistake}")
  add_test(NAME "${test}" COMMAND ${command} -DMISTAKE_${mistake})
  # This takes the place of the exit code; an error is one only if the compiler calls it so.
  set_tests_properties("${test}" PROPERTIES LABELS compile TIMEOUT 60
    PASS_REGULAR_EXPRESSION "error: [^\n]*${pattern}")
endfunction()

# Mistakes that the compiler cannot see; tools/lint_coroutines.py does, and its own test reads these.
foreach(sample IN ITEMS dangling_lambda exception_count new_await spawn_by_reference)
  set(test "compile_fail/lint_samples/${sample}: compiles, so that only the lint can refuse it")
  add_test(NAME "${test}"
    COMMAND ${CMAKE_CXX_COMPILER} -std=c++20 -fsyntax-only -Wall -Wextra -Werror
      -I${PROJECT_SOURCE_DIR}/include ${LEAT_COMPILE_FAIL_DIR}/lint_samples/${sample}.cpp)
  set_tests_properties("${test}" PROPERTIES LABELS compile TIMEOUT 60)
endforeach()

leat_refuses(forgotten_await task
  SAYS "a task does nothing before it is awaited: co_await it, or spawn() it")
leat_refuses(forgotten_await leaf
  SAYS "declared with 'nodiscard' attribute")
leat_refuses(forgotten_await named_task
  SAYS "a task is awaited once, as an rvalue: co_await std::move(the_task)")

foreach(place IN ITEMS spawn background map_concurrent)
  leat_refuses(plain_functions ${place} SAYS "what blocks or computes belongs into to_thread()")
endforeach()
leat_refuses(plain_functions start
  SAYS "start() takes a callable that returns a leat::task")
leat_refuses(plain_functions with_task_group
  SAYS "the body of with_task_group() returns a leat::task")
leat_refuses(plain_functions with_cancel_scope
  SAYS "the body of with_cancel_scope() returns a leat::task")
leat_refuses(plain_functions with_exit_stack
  SAYS "no matching function for call to 'with_exit_stack'")
leat_refuses(plain_functions with_background_group
  SAYS "no matching function for call to 'with_background_group'")
leat_refuses(plain_functions measure_latency
  SAYS "no matching function for call to object of type 'measured<")
leat_refuses(plain_functions once
  SAYS "the work of a once returns a leat::task")
leat_refuses(plain_functions own_wrapper
  SAYS "no matching function for call to 'twice'")
# The functions that are coroutines themselves say it by their constraint.
leat_refuses(plain_functions to_thread
  SAYS "this one returns a leat::task, which would not even have begun")

leat_refuses(plain_handler lambda
  SAYS "a handler is called with a server_request& and returns task<http::server_response>")

leat_refuses(foreign_awaitables in_task
  SAYS "this awaitable is foreign to Leat and cannot be stopped; wrap it with leat::uncancellable(...)")
foreach(what IN ITEMS leaf group combinator stream)
  leat_refuses(foreign_awaitables ${what}_in_foreign
    SAYS "a coroutine that is foreign to Leat cannot await what is Leat's")
endforeach()
leat_refuses(foreign_awaitables task_in_foreign
  SAYS "a coroutine that is foreign to Leat cannot await a leat::task")
foreach(what IN ITEMS leaf task foreign)
  leat_refuses(blocking_awaits ${what} SAYS "this await could suspend")
endforeach()
