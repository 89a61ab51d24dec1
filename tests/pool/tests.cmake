leat_test(pool
  FILES
    pool_metrics_test.cpp
    resource_pool_test.cpp
  DEPENDS leat::pool leat::testing)

# On threads of the system.
leat_test(pool NAME threads_ LABELS loopback
  FILES blocking_resource_pool_test.cpp
  DEPENDS leat::pool leat::testing)
