leat_test(route
  FILES
    proxy_rules_test.cpp
  DEPENDS leat::route leat::proto_url)
# Clients alone may see it; the test looks at the rules themselves.
target_include_directories(route_test PRIVATE ${PROJECT_SOURCE_DIR}/src)
