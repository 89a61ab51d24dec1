leat_test(pool
  FILES resource_pool_test.cpp
  DEPENDS leat::pool leat::testing)
