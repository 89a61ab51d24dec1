# The tools that guard the tree, and what they have to say about it.
#
# leat_tool_test(<sentence> COMMAND <argument of Python>...)
function(leat_tool_test sentence)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "COMMAND")
  add_test(NAME "tools/${sentence}" COMMAND Python3::Interpreter ${arg_COMMAND})
  set_tests_properties("tools/${sentence}" PROPERTIES LABELS compile TIMEOUT 60)
endfunction()

leat_tool_test("layers: every include points down to a layer that is listed for it"
  COMMAND ${PROJECT_SOURCE_DIR}/tools/check_layers.py)
leat_tool_test("layers: the checker reports a file that breaks any of its rules"
  COMMAND ${CMAKE_CURRENT_LIST_DIR}/check_layers_test.py)
leat_tool_test("bootstrap: installs what is missing and says why it could not"
  COMMAND ${CMAKE_CURRENT_LIST_DIR}/bootstrap_test.py)
leat_tool_test("coroutines: no source has a form that goes wrong when a task is stopped"
  COMMAND ${PROJECT_SOURCE_DIR}/tools/lint_coroutines.py)
leat_tool_test("coroutines: the lint refuses those forms and nothing that looks alike"
  COMMAND ${CMAKE_CURRENT_LIST_DIR}/lint_coroutines_test.py)
leat_tool_test("sweeps: whatever can be awaited is cancelled at every point by a test"
  COMMAND ${PROJECT_SOURCE_DIR}/tools/check_sweeps.py)
leat_tool_test("sweeps: the checker reports what has no test and lines that are wrong"
  COMMAND ${CMAKE_CURRENT_LIST_DIR}/check_sweeps_test.py)
leat_tool_test("surfaces: both clients have the same methods"
  COMMAND ${CMAKE_CURRENT_LIST_DIR}/check_surfaces_test.py)
leat_tool_test("docs: every block of C++ is a region of a file that is compiled"
  COMMAND ${PROJECT_SOURCE_DIR}/tools/check_docs.py)
leat_tool_test("docs: the checker reports a block or a link that is wrong"
  COMMAND ${CMAKE_CURRENT_LIST_DIR}/check_docs_test.py)
leat_tool_test("changes: every fragment has an issue, a known kind and one paragraph"
  COMMAND ${PROJECT_SOURCE_DIR}/tools/collect_changes.py --check)
leat_tool_test("changes: a release collects the fragments by kind and removes them"
  COMMAND ${CMAKE_CURRENT_LIST_DIR}/collect_changes_test.py)
leat_tool_test("benchmarks: medians, ratios and budgets come from the samples, malformed ones are refused"
  COMMAND ${CMAKE_CURRENT_LIST_DIR}/bench_runner_test.py)
leat_tool_test("container: the checker reports a Dockerfile that breaks any of its rules"
  COMMAND ${CMAKE_CURRENT_LIST_DIR}/check_container_test.py)
if(LEAT_BUILD_APPS)
  leat_tool_test("container: the Dockerfile fits the tree and the programs that it is made for"
    COMMAND ${PROJECT_SOURCE_DIR}/tools/check_container.py
      $<TARGET_FILE:leat-gateway> $<TARGET_FILE:leat>)
endif()
