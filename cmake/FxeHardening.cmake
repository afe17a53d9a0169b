# SPDX-License-Identifier: Apache-2.0
# A mistake in reading a hostile file must end the program, not give it away. SECURITY.md lists what is in the product,
# tests/structure/hardening_test.py checks it. Sanitizers replace all of it. Files of CUDA (*.cu) are left out: they
# launch kernels and read nothing.
option(FXE_HARDENING "Flags that end the program where a mistake is made in reading a file" ON)
include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)  # without it CMake compiles for, but links no position independent executables
if(FXE_HARDENING AND NOT FXE_SANITIZE)
  set(hardening -fstack-protector-strong -fstack-clash-protection)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    list(APPEND hardening -fcf-protection)
  endif()
  set(fortify 2)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 12)
    set(fortify 3)
  endif()
  # Fortified functions need an optimiser; Ubuntu's compiler defines the macro itself.
  list(APPEND hardening $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE> $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=${fortify}>
    -D_GLIBCXX_ASSERTIONS)
  add_compile_options("$<$<COMPILE_LANGUAGE:C,CXX>:${hardening}>")
  foreach(kind EXE SHARED MODULE)
    string(APPEND CMAKE_${kind}_LINKER_FLAGS " -Wl,-z,relro,-z,now")
  endforeach()
endif()
