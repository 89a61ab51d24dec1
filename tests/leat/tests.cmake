if(LEAT_BUILD_APPS)
  leat_test(leat
    FILES
      http_request_test.cpp
      json_printer_test.cpp
      progress_test.cpp
      visible_text_test.cpp
    DEPENDS leat_tool leat::testing)

  # On files of the system.
  leat_test(leat NAME files_ LABELS loopback
    FILES new_command_test.cpp
    DEPENDS leat_tool)
  target_compile_definitions(leat_files_test PRIVATE
    LEAT_SERVICE_TEMPLATE="${PROJECT_SOURCE_DIR}/apps/leat/templates/service")

  # What it shows of applications, and the project that it writes.
  function(leat_app_e2e sentence test)
    add_test(NAME "leat/${sentence}"
      COMMAND Python3::Interpreter ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/leat_app_e2e.py
        $<TARGET_FILE:leat> LeatAppTest.test_${test})
    set_tests_properties("leat/${sentence}" PROPERTIES LABELS service TIMEOUT 60)
  endfunction()
  leat_app_e2e("leat app: shows the configuration in each presentation" configuration)
  leat_app_e2e("leat app: shows the variables of an application, without its secrets" environment)
  leat_app_e2e("leat app: shows where files are" directories)
  leat_app_e2e("leat app: output and log land where they are told to" targets)
  leat_app_e2e("leat app: takes a file, and no variables" configfile_and_no_environment)
  leat_app_e2e("leat app: tells everything that is wrong, with exit code 1" bad_input)
  leat_app_e2e("leat app: shows errors in each presentation" errors_in_each_presentation)
  leat_app_e2e("leat app: refuses what cannot be meant, with exit code 2" usage)
  leat_app_e2e("leat app: helps on any terminal" help_on_any_terminal)
  leat_app_e2e("leat app: shows colours on a terminal, and where it is told to" colours)
  leat_app_e2e("leat app: is quiet when nobody reads, and says when a disk is full" broken_pipe)
  leat_app_e2e("leat new: writes a project, once" new)

  # The built program against scripted peers and nginx.
  function(leat_tool_e2e sentence test)
    add_test(NAME "leat/${sentence}"
      COMMAND Python3::Interpreter ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/leat_http_e2e.py
        $<TARGET_FILE:leat> LeatHttpTest.test_${test})
    set_tests_properties("leat/${sentence}" PROPERTIES LABELS service TIMEOUT 120)
  endfunction()
  leat_tool_e2e("leat http: sends what each option says" options)
  leat_tool_e2e("leat http: connects to a Unix socket" unix_socket)
  leat_tool_e2e("leat http: sends what comes from the standard input" standard_input)
  leat_tool_e2e("leat http: finds names and passwords in netrc files" netrc)
  leat_tool_e2e("leat http: answers a digest challenge, with a file as the body" digest)
  leat_tool_e2e("leat http: follows redirects when asked, and so many" redirects)
  leat_tool_e2e("leat http: shows credentials to nobody that a redirect leads to" credentials_stay_home)
  leat_tool_e2e("leat http: goes through the proxy that it is told" proxy)
  leat_tool_e2e("leat http: says what a proxy refused, without its password" proxy_that_refuses)
  leat_tool_e2e("leat http: hands a body on as it is" body_as_it_is)
  leat_tool_e2e("leat http: takes content codings off" content_coding)
  leat_tool_e2e("leat http: lays JSON out when asked" pretty_json)
  leat_tool_e2e("leat http: lays JSON out and colours it on a terminal" terminal)
  leat_tool_e2e("leat http: lets no answer command the terminal" hostile_text_on_terminal)
  leat_tool_e2e("leat http: keeps binary bodies off the terminal" binary_on_terminal)
  leat_tool_e2e("leat http: shows heads without their secrets" verbose)
  leat_tool_e2e("leat http: shows heads without control characters" hostile_head)
  leat_tool_e2e("leat http: has an exit code for each way to end" exit_codes)
  leat_tool_e2e("leat http: shows no body of a failure with --fail" fail_shows_no_body)
  leat_tool_e2e("leat http: ends in order whatever a peer says" hostile_peers)
  leat_tool_e2e("leat http: gives up in time" timeouts)
  leat_tool_e2e("leat http: gives up in time while a name is looked up" timeout_while_a_name_is_looked_up)
  leat_tool_e2e("leat http: gives up in time while others wait" timeout_while_others_wait)
  leat_tool_e2e("leat http: shows an answer that comes before the input" answer_before_the_input)
  leat_tool_e2e("leat http: ends at a signal, and says so by its code" signals)
  leat_tool_e2e("leat http: heeds no signal that it was started to ignore" ignored_signals)
  leat_tool_e2e("leat http: ends at a signal while nobody reads its output" signal_while_nobody_reads)
  leat_tool_e2e("leat http: ends at a signal while it waits for input" signal_while_it_waits_for_input)
  leat_tool_e2e("leat http: is quiet when nobody reads its output any more" broken_pipe)
  leat_tool_e2e("leat http: says when the output cannot be written" full_disk)
  leat_tool_e2e("leat http: keeps what it shows out of its sockets and files" closed_streams)
  leat_tool_e2e("leat http: downloads a file, and leaves nothing beside it" download)
  leat_tool_e2e("leat http: leaves what was there when a download fails" download_that_fails)
  leat_tool_e2e("leat http: replaces what was there when a download is complete" download_replaces)
  leat_tool_e2e("leat http: shows how far a download is on a terminal" progress)
  leat_tool_e2e("leat http: holds no body in memory" memory)
  leat_tool_e2e("leat http: speaks TLS and HTTP/2 with nginx" nginx)
  leat_tool_e2e("leat http: downloads from nginx over HTTP/2" nginx_download)
  leat_tool_e2e("leat http: speaks HTTP/2 at once when told so" http2_prior_knowledge)
  leat_tool_e2e("leat http: explains itself" help_and_version)
endif()
