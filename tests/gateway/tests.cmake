if(LEAT_BUILD_APPS)
  leat_test(gateway
    FILES
      access_counts_test.cpp
      configuration_test.cpp
      dashboard_test.cpp
      revenue_test.cpp
      service_test.cpp
      system_health_test.cpp
    DEPENDS gateway_service leat::testing)
  target_compile_definitions(gateway_test PRIVATE
    GATEWAY_SOURCE_DIR="${PROJECT_SOURCE_DIR}/apps/gateway")

  # The same scenarios, on the sockets of the system and on a simulated network.
  function(leat_gateway_scenarios name label)
    leat_test(gateway NAME ${name}_ LABELS ${label}
      FILES
        end_to_end_test.cpp
        gateway_world.cpp
      DEPENDS gateway_service leat::testing)
    target_compile_definitions(gateway_${name}_test PRIVATE ${ARGN}
      GATEWAY_SOURCE_DIR="${PROJECT_SOURCE_DIR}/apps/gateway")
  endfunction()
  leat_gateway_scenarios(loopback loopback LEAT_ON_SOCKETS)
  leat_gateway_scenarios(simulated simulation)
  target_sources(gateway_simulated_test PRIVATE
    ${CMAKE_CURRENT_LIST_DIR}/faults_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/../support/seeds.cpp)
endif()

# The built program: what needs a process, which are signals, its exit status, its memory and
# descriptors, nginx, curl and wrk. All other scenarios are in end_to_end_test.cpp.
function(leat_gateway_e2e sentence test)
  add_test(NAME "gateway/${sentence}"
    COMMAND Python3::Interpreter ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/gateway_e2e.py
      $<TARGET_FILE:leat-gateway> ${PROJECT_SOURCE_DIR} GatewayTest.test_${test})
  set_tests_properties("gateway/${sentence}" PROPERTIES LABELS service TIMEOUT 120
    SKIP_REGULAR_EXPRESSION "SKIPPED: ")
endfunction()

if(LEAT_BUILD_APPS)
  leat_gateway_e2e("gateway: its default configuration answers with three entries that are ok" default_configuration)
  leat_gateway_e2e("gateway: a killed upstream costs its own entry only" killed_upstream)
  leat_gateway_e2e("gateway: asks nginx 100 times over one connection" nginx_keep_alive)
  leat_gateway_e2e("gateway: reads chunked answers of nginx" nginx_chunked)
  leat_gateway_e2e("gateway: goes on without leaks when nginx is stopped" nginx_stopped)
  leat_gateway_e2e("gateway: 10,000 calls leave the number of descriptors as it was" ten_thousand_calls)
  leat_gateway_e2e("gateway: ends with 0 on SIGTERM under load" sigterm_under_load)
  leat_gateway_e2e("gateway: serves 256 connections with flat memory" load)
  leat_gateway_e2e("gateway: ends with 0 on SIGTERM" sigterm)
  leat_gateway_e2e("gateway: ends with 0 on SIGINT" sigint)
  leat_gateway_e2e("gateway: answers what is under way when it gets SIGTERM" sigterm_with_a_request_under_way)
  leat_gateway_e2e("gateway: a second SIGTERM ends it without waiting" second_sigterm)
  leat_gateway_e2e("gateway: answers 100 requests that are under way when it gets SIGTERM" sigterm_with_a_hundred_requests)
  leat_gateway_e2e("gateway: stops what does not end within its time, and ends with 0" requests_that_do_not_end)
  leat_gateway_e2e("gateway: with a notice it goes on, and is not ready" notice)
  leat_gateway_e2e("gateway: ends with 0 on SIGTERM while it starts" sigterm_during_start_up)
  leat_gateway_e2e("gateway: a required upstream that hangs ends the start with 1" start_up_with_a_hanging_dependency)
  leat_gateway_e2e("gateway: tells of a dependency that hangs within its time" health_with_a_hanging_dependency)
  leat_gateway_e2e("gateway: a second signal ends it even where nothing can be stopped" forced_end)
  leat_gateway_e2e("gateway: as the first process it ends with 0 on SIGTERM" first_process)
  leat_gateway_e2e("gateway: as the first process a second SIGTERM forces its end" first_process_forced)
  leat_gateway_e2e("gateway: as the first process it leaves no zombies" first_process_reaps)
  leat_gateway_e2e("gateway: the health check of its container passes, and fails when it has gone" container_health)
  leat_gateway_e2e("gateway: the trace of a request is logged, and sent to upstreams" traces)
  leat_gateway_e2e("gateway: its metrics say its name and version" app_info)
  leat_gateway_e2e("gateway: lets its log be written before a fault ends it" crash_handlers)
  leat_gateway_e2e("gateway: its log is for people at a terminal" log_at_a_terminal)
  leat_gateway_e2e("gateway: reads its configuration again on SIGHUP, and keeps it if that is bad" reload)
  leat_gateway_e2e("gateway: variables override its file, and are named where they are wrong" variables)
  leat_gateway_e2e("gateway: tells all problems of its configuration and exits with 1" bad_configuration)
  leat_gateway_e2e("gateway: a port in use ends the start with 1" port_in_use)
endif()
