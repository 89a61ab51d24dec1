if(LEAT_BUILD_APPS)
  leat_test(leat
    FILES
      http_request_test.cpp
      json_printer_test.cpp
      progress_test.cpp
      visible_text_test.cpp
    DEPENDS leat_tool leat::testing)

  # The built program against scripted peers and nginx.
  function(leat_tool_e2e sentence test)
    add_test(NAME "leat/${sentence}"
      COMMAND Python3::Interpreter ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/leat_http_e2e.py
        $<TARGET_FILE:leat> LeatHttpTest.test_${test})
    set_tests_properties("leat/${sentence}" PROPERTIES LABELS service TIMEOUT 120)
  endfunction()
endif()
