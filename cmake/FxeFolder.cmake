# SPDX-License-Identifier: Apache-2.0
# One folder of the house = one static library fxe_<folder> made of all its sources. Files that need CUDA are the
# *.cu, the *_cuda.cpp and everything under a cuda/ subfolder; without a toolkit they are left out here and nowhere else.
function(fxe_folder name)
  cmake_parse_arguments(ARG "" "" "SUBFOLDERS;LIBRARIES" ${ARGN})
  set(patterns ${name}/*.cpp ${name}/*.cu)
  foreach(sub ${ARG_SUBFOLDERS})
    list(APPEND patterns ${name}/${sub}/*.cpp ${name}/${sub}/*.cu)
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} ${patterns})
  if(NOT FXE_HAVE_CUDA)
    list(FILTER sources EXCLUDE REGEX "(\\.cu$|_cuda\\.cpp$|/cuda/)")
  endif()
  add_library(fxe_${name} STATIC ${sources})
  target_link_libraries(fxe_${name} PUBLIC fxe_options fxe_cuda ${ARG_LIBRARIES})
  target_include_directories(fxe_${name} SYSTEM PUBLIC ${FXE_STB_INCLUDE})
endfunction()
