leat_test(metrics
  FILES
    exposition_test.cpp
    instruments_test.cpp
    process_metrics_test.cpp
    registry_test.cpp
  DEPENDS leat::metrics)
