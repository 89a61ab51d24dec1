include_guard(GLOBAL)
include(GNUInstallDirs)

# Developer-only flags. They never reach a consumer or the exported targets.
add_library(leat_dev_flags INTERFACE)
target_compile_options(leat_dev_flags INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor
  $<$<BOOL:${LEAT_WERROR}>:-Werror>)
if(LEAT_SANITIZE)
  target_compile_options(leat_dev_flags INTERFACE
    -fsanitize=${LEAT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(leat_dev_flags INTERFACE -fsanitize=${LEAT_SANITIZE})
endif()

include(${CMAKE_CURRENT_LIST_DIR}/LeatPrecompile.cmake)
leat_precompiled(leat_precompiled_library HEADERS ${LEAT_PRECOMPILE_DIR}/standard.hpp)
leat_precompiled(leat_precompiled_program HEADERS ${LEAT_PRECOMPILE_DIR}/standard.hpp)
if(LEAT_PRECOMPILE)
  set_target_properties(leat_precompiled_library PROPERTIES
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
endif()

# leat_find_package(<arguments of find_package>...)
#
# Finds a package that leat's libraries link, and makes the installed package find it
# again: a static library hands even its private dependencies on to whoever links it.
macro(leat_find_package)
  # GLOBAL, because the targets are used by every folder that links the caller's library.
  find_package(${ARGN} REQUIRED GLOBAL)
  # find_dependency() says by itself whether the package is required.
  set(leat_package ${ARGN})
  list(REMOVE_ITEM leat_package REQUIRED)
  list(JOIN leat_package " " leat_package)
  set_property(GLOBAL APPEND PROPERTY LEAT_PACKAGES "${leat_package}")
endmacro()

# leat_module(<folder> HEADERS ... SOURCES ... [DEPENDS ...] [PRIVATE_DEPENDS ...])
#
# Turns include/leat/<folder> + src/<folder> into the target leat::<folder>, with any
# slash in the folder turned into an underscore.
function(leat_module folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "HEADERS;SOURCES;DEPENDS;PRIVATE_DEPENDS")
  string(REPLACE "/" "_" name ${folder})
  list(TRANSFORM arg_HEADERS PREPEND ${PROJECT_SOURCE_DIR}/include/leat/${folder}/)

  add_library(leat_${name})
  add_library(leat::${name} ALIAS leat_${name})
  set_target_properties(leat_${name} PROPERTIES
    EXPORT_NAME ${name}
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    VERIFY_INTERFACE_HEADER_SETS ${LEAT_BUILD_TESTS})
  target_sources(leat_${name}
    PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/include FILES ${arg_HEADERS}
    PRIVATE ${arg_SOURCES})
  target_include_directories(leat_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_compile_features(leat_${name} PUBLIC cxx_std_20)
  target_link_libraries(leat_${name}
    PUBLIC ${arg_DEPENDS}
    PRIVATE ${arg_PRIVATE_DEPENDS} $<BUILD_INTERFACE:leat_dev_flags>)
  if(LEAT_PRECOMPILE_LIBRARY)
    leat_use_precompiled(leat_${name} leat_precompiled_library)
  endif()
  set_property(GLOBAL APPEND PROPERTY LEAT_MODULES leat_${name})
endfunction()
