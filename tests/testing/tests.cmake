leat_test(testing
  FILES
    cancellation_test.cpp
    failures_test.cpp
    memory_network_test.cpp
    simulated_network_test.cpp
    simulation_test.cpp
    test_loop_test.cpp
  DEPENDS leat::io leat::testing)

# Every implementation of streams, networks and executors.
leat_test(testing NAME contract_ LABELS contract
  FILES
    contracts_test.cpp
  DEPENDS leat::io leat::testing)

# A program of its own, because it replaces the global operator new.
leat_test(testing NAME allocation_
  FILES
    allocation_failures_test.cpp
  DEPENDS leat::io leat::testing)
