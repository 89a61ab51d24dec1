leat_test(io
  FILES
    memory_stream_test.cpp
  DEPENDS leat::io leat::testing)
