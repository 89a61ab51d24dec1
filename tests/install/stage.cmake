# Installs the build tree BUILD into an emptied STAGE and checks what other people would
# get: cmake -DBUILD=... -DSTAGE=... -DSOURCE=... -P stage.cmake
file(REMOVE_RECURSE ${STAGE})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${STAGE}
  COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)

file(GLOB_RECURSE package_files ${STAGE}/*.cmake)
if(NOT package_files)
  message(FATAL_ERROR "no package file was installed")
endif()
foreach(file IN LISTS package_files)
  file(READ ${file} text)
  foreach(private ${SOURCE}/include ${SOURCE}/src ${BUILD} leat_dev_flags -Werror -Wshadow -fsanitize)
    string(FIND "${text}" "${private}" at)
    if(NOT at EQUAL -1)
      message(SEND_ERROR "${file} hands our own ${private} on to consumers")
    endif()
  endforeach()
endforeach()

file(GLOB_RECURSE headers RELATIVE ${SOURCE}/include ${SOURCE}/include/*.hpp)
foreach(header IN LISTS headers)
  if(NOT EXISTS ${STAGE}/include/${header})
    message(SEND_ERROR "${header} is in include/ but not installed: is it listed in leat_module()?")
  endif()
endforeach()
