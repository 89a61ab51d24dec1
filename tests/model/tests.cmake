leat_test(model
  FILES
    duration_test.cpp
    error_test.cpp
    json_read_test.cpp
    json_text_test.cpp
    json_write_test.cpp
    ordered_map_test.cpp
    rules_test.cpp
    toml_test.cpp
  DEPENDS leat::model)
