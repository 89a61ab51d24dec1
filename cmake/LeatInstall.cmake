# Installs the libraries, their headers and the package file that find_package() reads.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/leat)
get_property(modules GLOBAL PROPERTY LEAT_MODULES)
get_property(packages GLOBAL PROPERTY LEAT_PACKAGES)

list(REMOVE_DUPLICATES packages)
list(TRANSFORM packages PREPEND "find_dependency(")
list(TRANSFORM packages APPEND ")")
list(JOIN packages "\n" LEAT_FIND_DEPENDENCIES)

install(TARGETS ${modules} EXPORT leat-targets FILE_SET HEADERS)
install(EXPORT leat-targets NAMESPACE leat:: DESTINATION ${package_dir})
configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/leat-config.cmake.in ${PROJECT_BINARY_DIR}/leat-config.cmake
  INSTALL_DESTINATION ${package_dir}
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/leat-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(
  FILES
    ${PROJECT_BINARY_DIR}/leat-config.cmake
    ${PROJECT_BINARY_DIR}/leat-config-version.cmake
    ${PROJECT_SOURCE_DIR}/cmake/LeatCompilerProbe.cmake
  DESTINATION ${package_dir})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/cmake/probe DESTINATION ${package_dir})
