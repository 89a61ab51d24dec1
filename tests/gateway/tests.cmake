if(LEAT_BUILD_APPS)
  leat_test(gateway
    FILES
      access_counts_test.cpp
      configuration_test.cpp
      dashboard_test.cpp
      revenue_test.cpp
      service_test.cpp
      system_health_test.cpp
    DEPENDS gateway_service leat::testing)
  target_compile_definitions(gateway_test PRIVATE
    GATEWAY_SOURCE_DIR="${PROJECT_SOURCE_DIR}/apps/gateway")
endif()
