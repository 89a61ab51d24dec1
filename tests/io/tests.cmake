leat_test(io
  FILES
    limits_test.cpp
    loop_order_test.cpp
    memory_stream_test.cpp
    step_watch_test.cpp
    symbolise_test.cpp
    timing_wheel_test.cpp
  DEPENDS leat::io leat::testing)
target_include_directories(io_test PRIVATE ${PROJECT_SOURCE_DIR}/src)

# On sockets, signals and threads of the system.
leat_test(io NAME loopback_ LABELS loopback
  FILES
    blocking_network_test.cpp
    blocking_stream_test.cpp
    cross_thread_test.cpp
    cancellation_sweep_test.cpp
    loop_test.cpp
    policy_test.cpp
    network_test.cpp
    signals_test.cpp
    socket_options_test.cpp
    socket_stream_test.cpp
    watchdog_test.cpp
  DEPENDS leat::io leat::testing)
target_include_directories(io_loopback_test PRIVATE ${PROJECT_SOURCE_DIR}/src)

leat_test(io NAME tls_
  FILES
    tls_test.cpp
  DEPENDS leat::io leat::testing leat_test_certificates OpenSSL::SSL)
target_include_directories(io_tls_test PRIVATE ${PROJECT_SOURCE_DIR}/src)

leat_test(io NAME asio_ LABELS loopback
  FILES
    asio_cancellation_test.cpp
    asio_test.cpp
  DEPENDS leat::io leat::testing Boost::headers)
