leat_test(http NAME client_
  FILES
    async_client_test.cpp
    client_storm_test.cpp
    digest_auth_test.cpp
  DEPENDS leat::http leat::testing)

# On sockets of the system.
leat_test(http NAME client_loopback_ LABELS loopback
  FILES
    client_contract_test.cpp
    client_loopback_test.cpp
    client_policy_test.cpp
  DEPENDS leat::http leat::testing)

leat_test(http NAME server_
  FILES
    router_test.cpp
    server_drain_test.cpp
    server_limits_test.cpp
    server_pipelining_test.cpp
    server_test.cpp
  DEPENDS leat::http leat::testing)

leat_test(http NAME server_loopback_
  FILES
    server_loopback_test.cpp
  LABELS loopback
  DEPENDS leat::http leat::testing)
