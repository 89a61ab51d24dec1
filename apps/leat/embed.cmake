# Puts files into a source of C++: cmake -DROOT=<folder> -DFILES=<a|b|...> -DOUTPUT=<file> -P embed.cmake
#
# Each is a raw string, so what is compiled can be read; OUTPUT changes only if a file did.
string(REPLACE "|" ";" files "${FILES}")
set(made "// Made by apps/leat/embed.cmake of what is in templates/.
#include \"new_command.hpp\"

#include <array>

namespace cli {
namespace {

constexpr std::array files{
")
foreach(file IN LISTS files)
  file(READ "${ROOT}/${file}" text)
  string(FIND "${text}" ")leat_template\"" at)
  if(NOT at EQUAL -1)
    message(FATAL_ERROR "${file} has the end of a raw string in it")
  endif()
  string(APPEND made "    template_file{\"${file}\", R\"leat_template(${text})leat_template\"},\n")
endforeach()
string(APPEND made "};

}  // namespace

std::span<const template_file> service_template() noexcept {
  return files;
}

}  // namespace cli
")
file(CONFIGURE OUTPUT "${OUTPUT}" CONTENT "@made@" @ONLY)
