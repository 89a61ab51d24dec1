# Each example that ends by itself is run, and has to say exactly what its file here holds.
#
# leat_example_test(<sentence> <example> LABEL <label> [ARGUMENTS <argument>...])
function(leat_example_test sentence example)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "LABEL" "ARGUMENTS")
  add_test(NAME "examples/${sentence}"
    COMMAND ${CMAKE_COMMAND}
      -D EXPECTED=${CMAKE_CURRENT_FUNCTION_LIST_DIR}/${example}.txt
      -P ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/compare.cmake
      -- $<TARGET_FILE:${example}> ${arg_ARGUMENTS})
  set_tests_properties("examples/${sentence}" PROPERTIES LABELS ${arg_LABEL})
endfunction()

if(LEAT_BUILD_EXAMPLES)
  leat_example_test("requests side by side: shows what became of each"
    02_requests_side_by_side LABEL loopback ARGUMENTS http://127.0.0.1:1/ ftp://127.0.0.1/)
  leat_example_test("structured concurrency: runs tasks together, in time, and until stopped"
    03_structured_concurrency LABEL unit)
  leat_example_test("cleanup: runs however the work ends"
    04_cleanup LABEL unit)
  leat_example_test("http client: reads JSON, tries again, and gives up in time"
    05_http_client LABEL loopback)
  leat_example_test("two clients: do the same, blocking and not"
    13_two_clients LABEL loopback)
  leat_example_test("server-sent events: are followed on both surfaces, over several connections"
    16_server_sent_events LABEL loopback)
  leat_example_test("client routes: lead through proxies, mounts and servers in the process"
    14_client_routes LABEL loopback)
  leat_example_test("client bodies: forms, files, text, lines and values"
    15_client_bodies LABEL loopback)
  leat_example_test("http server: answers, refuses, and drains on SIGTERM"
    06_http_server LABEL loopback)
  leat_example_test("observing: shows the tasks, what they carry, and what does not stop"
    08_observing LABEL unit)
  leat_example_test("blocking: files and sums on threads, a watched loop"
    08_blocking LABEL unit)
  leat_example_test("asio: its sockets and timers are awaited by tasks"
    11_asio LABEL loopback)
  leat_example_test("beast: its server and client are awaited by tasks"
    12_beast LABEL loopback)
  leat_example_test("logs: one record in each presentation, with what its task carries"
    18_logs LABEL unit)
  leat_example_test("another protocol: goes on where a request was answered with 101"
    19_another_protocol LABEL loopback)
  leat_example_test("application: is prepared, says where its settings are from, and what is wrong"
    20_application LABEL unit)
  leat_example_test("metrics: a service counts, and shows what it has counted"
    22_metrics LABEL loopback)
  leat_example_test("service: opens, answers, tells its health, and ends in order"
    21_service LABEL loopback)
  leat_example_test("command line: commands are structs, and errors have an exit code"
    23_command_line LABEL unit)
  add_test(NAME "examples/testing: its tests pass" COMMAND 07_testing)
  set_tests_properties("examples/testing: its tests pass" PROPERTIES LABELS contract)
  add_test(NAME "examples/simulated network: its tests pass" COMMAND 10_simulated_network)
  set_tests_properties("examples/simulated network: its tests pass" PROPERTIES LABELS simulation)
endif()
