# Against a server that others have written, started by the tests.
leat_test(ws NAME service_ LABELS service
  FILES
    connection_service_test.cpp
  DEPENDS leat::ws)
