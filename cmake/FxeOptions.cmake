# SPDX-License-Identifier: Apache-2.0
# Language level, warnings and sanitizers for every target of the project.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(FXE_CCACHE ccache)
if(FXE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${FXE_CCACHE})
  set(CMAKE_CUDA_COMPILER_LAUNCHER ${FXE_CCACHE})
endif()

# Halves the time of a whole build; after a change, the neighbouring files are compiled again. Names local to a file must
# then be unique in its folder, which the compiler checks.
option(FXE_UNITY "Compile the files of large folders eight at a time" OFF)

# Not for users: a compiler newer than those of Debian 12 and 13 may warn about correct code.
option(FXE_WERROR "Warnings are errors" OFF)
if(FXE_WERROR)
  set(cxx_werror -Werror)
  set(cuda_werror --Werror=all-warnings)
endif()

add_library(fxe_options INTERFACE)
target_include_directories(fxe_options INTERFACE ${CMAKE_SOURCE_DIR})
# -ffp-contract=off: a * b + c rounds the same in every implementation and build type.
target_compile_options(fxe_options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wconversion -Wshadow -Wpedantic -Wno-missing-field-initializers ${cxx_werror} -ffp-contract=off>)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION MATCHES "^12\\.")
  # GCC 12's false positive on std::string's own operator+ and assign (gcc.gnu.org/PR105651, PR105329): at -O3,
  # layers/op.cpp is told of a memcpy of 9223372036854775810 bytes at offset 2, "overlapping" at offset -3.
  target_compile_options(fxe_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>)
endif()

if(FXE_SANITIZE)
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${FXE_SANITIZE}>
                      $<$<COMPILE_LANGUAGE:CXX>:-fno-omit-frame-pointer>)
  add_link_options(-fsanitize=${FXE_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # Instrumented code makes GCC warn about variables that are never read uninitialised (its manual, under -fsanitize).
    target_compile_options(fxe_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-maybe-uninitialized>)
  endif()
  if(FXE_SANITIZE MATCHES undefined)
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fno-sanitize-recover=undefined>)
  endif()
endif()

if(FXE_FUZZ)
  # The macro is libFuzzer's convention: checksums that no fuzzer can guess are not compared then.
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fsanitize=fuzzer-no-link>)
  add_compile_definitions(FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION)
endif()
