leat_test(log
  FILES
    asynchronous_test.cpp
    backend_test.cpp
    flush_on_crash_test.cpp
    json_test.cpp
    level_test.cpp
    logger_test.cpp
    plain_test.cpp
    redaction_test.cpp
    rich_test.cpp
    rotation_test.cpp
    task_fields_test.cpp
    value_test.cpp
  DEPENDS leat::log)
