leat_test(http NAME client_
  FILES
    async_client_test.cpp
    begun_stream_test.cpp
    cancellation_sweep_test.cpp
    client_bare_stream_test.cpp
    client_cookies_test.cpp
    client_http2_again_test.cpp
    client_http2_body_test.cpp
    client_http2_line_test.cpp
    client_http2_refusal_test.cpp
    client_http2_settings_test.cpp
    client_http2_silence_test.cpp
    client_http2_stop_test.cpp
    client_machine_test.cpp
    client_metrics_test.cpp
    client_reuse_test.cpp
    client_storm_test.cpp
    client_unwanted_body_test.cpp
    digest_auth_test.cpp
    error_tree_test.cpp
    event_stream_test.cpp
    failed_request_test.cpp
    file_body_test.cpp
    failure_sweep_test.cpp
    mount_pattern_test.cpp
    operation_sweep_test.cpp
    origin_memory_test.cpp
    proxy_test.cpp
    trace_sweep_test.cpp
  DEPENDS leat::http leat::proto_http2 leat::testing leat_test_http2 leat_test_certificates)
# The rules for proxies and mounts are private.
target_include_directories(http_client_test PRIVATE ${PROJECT_SOURCE_DIR}/src)

# On sockets of the system.
leat_test(http NAME client_loopback_ LABELS loopback
  FILES
    client_auth_test.cpp
    client_bodies_test.cpp
    client_coding_test.cpp
    client_contract_test.cpp
    client_failed_request_test.cpp
    client_form_test.cpp
    client_hostile_test.cpp
    client_lessons_test.cpp
    client_loopback_test.cpp
    client_origin_test.cpp
    client_policy_test.cpp
    client_read_sizes_test.cpp
    client_routes_proxy_test.cpp
    client_routes_test.cpp
    client_text_test.cpp
    client_timeouts_test.cpp
    client_tls_test.cpp
    client_trace_test.cpp
    client_transports_test.cpp
    client_upgrade_test.cpp
    event_stream_contract_test.cpp
  DEPENDS leat::http leat::testing leat_test_certificates)

# One client, many users: also under the thread sanitizer.
leat_test(http NAME nonce_ LABELS loopback
  FILES
    nonce_test.cpp
  DEPENDS leat::http leat::testing)

leat_test(http NAME server_
  FILES
    router_test.cpp
    client_gone_test.cpp
    server_drain_test.cpp
    server_limits_test.cpp
    server_metrics_test.cpp
    server_pipelining_test.cpp
    server_test.cpp
    tracing_test.cpp
  DEPENDS leat::http leat::testing)

leat_test(http NAME server_loopback_
  FILES
    server_loopback_test.cpp
  LABELS loopback
  DEPENDS leat::http leat::testing)

# A client and a server on a simulated network with faults; see simulated_runs.hpp.
leat_test(http NAME simulated_ LABELS simulation
  FILES
    event_stream_faults_test.cpp
    simulated_runs.cpp
    simulated_runs_test.cpp
    ../support/seeds.cpp
  DEPENDS leat::http leat::pool leat::testing)

# leat_planted_bug_test(<name> SOURCE <file> [COMPILE <file>] OLD <text> NEW <text> SHOWS <text>)
#
# The same runs against a library with a bug: SOURCE is copied with OLD replaced by NEW and
# linked in front of the library, whose own object of that name is then not needed; for a private
# header that is the object of COMPILE, which includes it. So Leat carries nothing for it, and a
# bug whose place has moved fails the configuration.
function(leat_planted_bug_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "SOURCE;COMPILE;OLD;NEW;SHOWS" "")
  set(source ${PROJECT_SOURCE_DIR}/src/${arg_SOURCE})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
  file(READ ${source} text)
  string(FIND "${text}" "${arg_OLD}" place)
  if(place EQUAL -1)
    message(FATAL_ERROR "the planted bug ${name} has lost its place in ${source}: ${arg_OLD}")
  endif()
  string(REPLACE "${arg_OLD}" "${arg_NEW}" text "${text}")
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/planted/${name})
  file(CONFIGURE OUTPUT ${folder}/${arg_SOURCE} CONTENT "${text}" @ONLY)
  if(arg_COMPILE)
    set(planted ${PROJECT_SOURCE_DIR}/src/${arg_COMPILE})
  else()
    set(planted ${folder}/${arg_SOURCE})
  endif()

  leat_test(http NAME planted_${name}_ LABELS simulation
    FILES
      planted_bug_test.cpp
      simulated_runs.cpp
      ../support/seeds.cpp
    DEPENDS leat::http leat::pool leat::testing)
  target_sources(http_planted_${name}_test PRIVATE ${planted})
  target_include_directories(http_planted_${name}_test PRIVATE ${folder} ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(http_planted_${name}_test PRIVATE leat::model leat::proto_url)
  target_compile_definitions(http_planted_${name}_test PRIVATE
    LEAT_PLANTED_BUG_SHOWS="${arg_SHOWS}")
endfunction()

leat_planted_bug_test(stale_connection
  SOURCE http/pooled_transport.hpp
  COMPILE http/async_client.cpp
  OLD "lease.mark_in_use()"
  NEW "lease.mark_clean()"
  SHOWS "nobody announced")
leat_planted_bug_test(second_post
  SOURCE http/pooled_transport.hpp
  COMPILE http/async_client.cpp
  OLD "is_idempotent(request.method) &&"
  NEW "(is_idempotent(request.method) || true) &&"
  SHOWS "was handled 2 times")
leat_planted_bug_test(lost_waiter
  SOURCE pool/resource_pool.cpp
  OLD "--pool_.waiting_"
  NEW "static_cast<void>(pool_.waiting_)"
  SHOWS "requests wait that are none")

# A program of its own, because it replaces the global operator new.
leat_test(http NAME allocation_
  FILES
    allocation_failure_test.cpp
  DEPENDS leat::http leat::testing)

# Against servers that others have written, started by the tests.
leat_test(http NAME service_ LABELS service
  FILES
    client_extras_test.cpp
    client_http2_nginx_test.cpp
    client_nghttpd_test.cpp
    client_nginx_test.cpp
    client_proxy_test.cpp
    client_squid_test.cpp
    metrics_promtool_test.cpp
    nginx_storm_test.cpp
  DEPENDS leat::http leat::proto_http2 leat::testing leat_test_certificates)
