leat_test(service
  FILES
    health_routes_test.cpp
    serve_test.cpp
  DEPENDS leat::service leat::testing)
