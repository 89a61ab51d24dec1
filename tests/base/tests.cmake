leat_test(base
  FILES
    byte_buffer_test.cpp
    context_test.cpp
    error_test.cpp
    impl_ptr_test.cpp
    intrusive_list_test.cpp
    invoke_test.cpp
    outcome_test.cpp
    outcome_transform_test.cpp
    time_test.cpp
    utf8_test.cpp
  DEPENDS leat::base)
