# Configures Leat with a given compiler and checks the exit and what was printed:
#   cmake -DCOMPILER=... -DVERSION=<regex> -DOPTIONS=... -DGENERATOR=... -DSOURCE=... -DWORK=...
#         -DACCEPTED=<bool> -DSAYS=<texts> -DDOES_NOT_SAY=<texts> -P configure.cmake
# Prints SKIPPED and the reason where there is no such compiler.

find_program(compiler NAMES ${COMPILER} NO_CACHE)
if(NOT compiler)
  message("SKIPPED: ${COMPILER} is not installed")
  return()
endif()
execute_process(COMMAND ${compiler} --version OUTPUT_VARIABLE version)
if(NOT version MATCHES "${VERSION}")
  message("SKIPPED: ${COMPILER} is not of the version that is meant: ${version}")
  return()
endif()

file(REMOVE_RECURSE ${WORK})
# Twice: what is cached must give the same verdict as what is probed.
foreach(run first second)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -G ${GENERATOR} -S ${SOURCE} -B ${WORK}
      -DCMAKE_CXX_COMPILER=${compiler} -DLEAT_BUILD_TESTS=OFF -DLEAT_BUILD_EXAMPLES=OFF
      -DLEAT_BUILD_APPS=OFF ${OPTIONS}
    RESULT_VARIABLE exit_code
    OUTPUT_VARIABLE output
    ERROR_VARIABLE output)
  message("${output}")

  if(ACCEPTED AND NOT exit_code EQUAL 0)
    message(SEND_ERROR "the ${run} configure fails (${exit_code})")
  elseif(NOT ACCEPTED AND exit_code EQUAL 0)
    message(SEND_ERROR "the ${run} configure accepts a compiler that it should refuse")
  endif()
  if(run STREQUAL "first" OR NOT ACCEPTED)
    foreach(text IN LISTS SAYS)
      string(FIND "${output}" "${text}" at)
      if(at EQUAL -1)
        message(SEND_ERROR "the ${run} configure does not say: ${text}")
      endif()
    endforeach()
  endif()
  foreach(text IN LISTS DOES_NOT_SAY)
    string(FIND "${output}" "${text}" at)
    if(NOT at EQUAL -1)
      message(SEND_ERROR "the ${run} configure says: ${text}")
    endif()
  endforeach()
endforeach()
