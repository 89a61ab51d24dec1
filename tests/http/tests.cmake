leat_test(http NAME client_
  FILES
    async_client_test.cpp
  DEPENDS leat::http leat::testing)
