leat_test(ws
  FILES
    cancellation_sweep_test.cpp
    close_test.cpp
    failure_sweep_test.cpp
    proxy_test.cpp
    reconnect_test.cpp
    send_queue_test.cpp
  DEPENDS leat::ws leat::testing leat::proto_ws leat::proto_http1 leat::proto_socks5
    leat_test_certificates)

# On sockets of the system.
leat_test(ws NAME loopback_ LABELS loopback
  FILES
    connection_loopback_test.cpp
    proxy_loopback_test.cpp
  DEPENDS leat::ws leat::proto_ws leat::proto_socks5)

# Against a server that others have written, started by the tests.
leat_test(ws NAME service_ LABELS service
  FILES
    connection_service_test.cpp
    proxy_service_test.cpp
  DEPENDS leat::ws leat::proto_socks5 leat_test_certificates)
