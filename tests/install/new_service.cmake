# A project that the installed `leat new` has written is built and tested as its README says:
# cmake -DSTAGE=<prefix> -DWORK=<folder> -DCOMPILER=... -DFLAGS=... -DLINKER_FLAGS=...
#   -DLAUNCHER=... -P new_service.cmake
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
execute_process(COMMAND ${STAGE}/bin/leat new demo
  WORKING_DIRECTORY ${WORK} COMMAND_ERROR_IS_FATAL ANY)

# What the environment may say, because Leat lies in no usual place here. A debug build, because
# it costs a third.
set(ENV{CMAKE_PREFIX_PATH} ${STAGE})
set(ENV{CXXFLAGS} "${FLAGS}")
set(ENV{LDFLAGS} "${LINKER_FLAGS}")
set(ENV{CMAKE_CXX_COMPILER_LAUNCHER} "${LAUNCHER}")
set(ENV{CMAKE_GENERATOR} Ninja)
execute_process(
  COMMAND make test "CXX=${COMPILER}" CMAKE_ARGUMENTS=-DCMAKE_BUILD_TYPE=Debug
  WORKING_DIRECTORY ${WORK}/demo COMMAND_ERROR_IS_FATAL ANY)

# Installed it can be moved, and finds what came along.
execute_process(COMMAND ${CMAKE_COMMAND} --install build --prefix ${WORK}/elsewhere
  WORKING_DIRECTORY ${WORK}/demo COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
file(RENAME ${WORK}/elsewhere ${WORK}/moved)
execute_process(COMMAND ${WORK}/moved/bin/demo --version
  COMMAND_ERROR_IS_FATAL ANY OUTPUT_VARIABLE version)
if(NOT version STREQUAL "demo 0.1.0\n")
  message(FATAL_ERROR "it calls itself ${version}")
endif()
foreach(file bin/demo share/demo/data/configuration/general.toml)
  if(NOT EXISTS ${WORK}/moved/${file})
    message(FATAL_ERROR "${file} was not installed")
  endif()
endforeach()
