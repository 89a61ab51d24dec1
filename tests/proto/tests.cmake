leat_test(proto/fields
  FILES
    fields_test.cpp
    list_test.cpp
    validation_test.cpp
  DEPENDS leat::proto_fields)
