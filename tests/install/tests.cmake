# An installed Leat is found, linked and run by another project; so is the source tree.
set(stage ${CMAKE_CURRENT_BINARY_DIR}/stage)
get_property(modules GLOBAL PROPERTY LEAT_MODULES)
list(TRANSFORM modules REPLACE "^leat_" "" OUTPUT_VARIABLE layers)

add_test(NAME "install/the package has every public header, and none of our paths or flags"
  COMMAND ${CMAKE_COMMAND} -DBUILD=${PROJECT_BINARY_DIR} -DSTAGE=${stage}
    -DSOURCE=${PROJECT_SOURCE_DIR} -P ${CMAKE_CURRENT_LIST_DIR}/stage.cmake)
set_tests_properties("install/the package has every public header, and none of our paths or flags"
  PROPERTIES LABELS compile TIMEOUT 60 FIXTURES_SETUP installed_package)

# leat_consumer_test(<sentence> FOLDER <folder> TIMEOUT <s> [FIXTURE <name>] OPTIONS <option>...)
function(leat_consumer_test sentence)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "FOLDER;TIMEOUT;FIXTURE" "OPTIONS")
  # The flags of this build, so that ccache has the library's objects at hand.
  add_test(NAME "install/${sentence}"
    COMMAND ${CMAKE_CTEST_COMMAND}
      --build-and-test ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/${arg_FOLDER}
        ${CMAKE_CURRENT_BINARY_DIR}/consumer/${arg_FOLDER}
      --build-noclean
      --build-generator ${CMAKE_GENERATOR}
      --build-options
        -DCMAKE_BUILD_TYPE=${CMAKE_BUILD_TYPE}
        -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}
        "-DCMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER}"
        "-DCMAKE_CXX_FLAGS=${CMAKE_CXX_FLAGS}"
        "-DCMAKE_EXE_LINKER_FLAGS=${CMAKE_EXE_LINKER_FLAGS}"
        ${arg_OPTIONS}
      --test-command ${CMAKE_CTEST_COMMAND} --output-on-failure --no-tests=error)
  set_tests_properties("install/${sentence}" PROPERTIES
    LABELS compile TIMEOUT ${arg_TIMEOUT} PROCESSORS 2 FIXTURES_REQUIRED "${arg_FIXTURE}")
endfunction()

leat_consumer_test("find_package: a project builds against the installed package and runs"
  FOLDER find_package TIMEOUT 180 FIXTURE installed_package
  OPTIONS -DCMAKE_PREFIX_PATH=${stage} "-DLAYERS=${layers}")

leat_consumer_test("add_subdirectory: a project builds Leat as a part of itself and runs"
  FOLDER add_subdirectory TIMEOUT 600
  OPTIONS -DLEAT_SOURCE=${PROJECT_SOURCE_DIR} -DLEAT_WERROR=${LEAT_WERROR})

if(LEAT_BUILD_APPS)
  # "make test" of it also starts the program, asks it, and ends it with SIGTERM.
  add_test(NAME "install/leat new: what it writes builds, and passes its tests"
    COMMAND ${CMAKE_COMMAND} -DSTAGE=${stage} -DWORK=${CMAKE_CURRENT_BINARY_DIR}/new
      -DCOMPILER=${CMAKE_CXX_COMPILER} "-DFLAGS=${CMAKE_CXX_FLAGS}"
      "-DLINKER_FLAGS=${CMAKE_EXE_LINKER_FLAGS}" "-DLAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER}"
      -P ${CMAKE_CURRENT_LIST_DIR}/new_service.cmake)
  set_tests_properties("install/leat new: what it writes builds, and passes its tests" PROPERTIES
    LABELS compile TIMEOUT 180 PROCESSORS 2 FIXTURES_REQUIRED installed_package)
endif()
