# SPDX-License-Identifier: Apache-2.0
# Decides once whether the CUDA backend is built: sets FXE_HAVE_CUDA and the interface target fxe_cuda.
set(FXE_HAVE_CUDA OFF)
add_library(fxe_cuda INTERFACE)
if(NOT FXE_CUDA STREQUAL OFF)
  if(NOT CMAKE_CUDA_COMPILER AND EXISTS /usr/local/cuda/bin/nvcc)
    set(CMAKE_CUDA_COMPILER /usr/local/cuda/bin/nvcc)
  endif()
  set(CMAKE_CUDA_ARCHITECTURES ${FXE_CUDA_ARCHITECTURES})
  include(CheckLanguage)
  check_language(CUDA)
  find_package(CUDAToolkit 12.8 QUIET)
  if(CMAKE_CUDA_COMPILER AND CUDAToolkit_FOUND)
    find_path(FXE_CUDNN_INCLUDE cudnn.h HINTS ${CUDAToolkit_INCLUDE_DIRS})
    find_library(FXE_CUDNN_LIBRARY cudnn HINTS ${CUDAToolkit_LIBRARY_DIR} ${CUDAToolkit_TARGET_DIR}/lib
      ${CUDAToolkit_TARGET_DIR}/lib64)
    find_path(FXE_CUBLAS_INCLUDE cublasLt.h HINTS ${CUDAToolkit_INCLUDE_DIRS})
    if(FXE_CUDNN_INCLUDE AND FXE_CUDNN_LIBRARY AND FXE_CUBLAS_INCLUDE)
      set(FXE_HAVE_CUDA ON)
    endif()
  endif()
  if(FXE_HAVE_CUDA)
    enable_language(CUDA)
    # CMake 3.25.1 (Debian 12) does not know how nvcc 13 spells C++20.
    if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)
      set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
      set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION -std=c++20)
    endif()
    set(CMAKE_CUDA_STANDARD 20)
    set(CMAKE_CUDA_STANDARD_REQUIRED ON)
    target_include_directories(fxe_cuda SYSTEM INTERFACE ${CUDAToolkit_INCLUDE_DIRS} ${FXE_CUDNN_INCLUDE}
      ${FXE_CUBLAS_INCLUDE})
    # Their libraries are loaded by engine/cuda/*_library.cpp, so that programs start without them.
    get_filename_component(cudnn_folder ${FXE_CUDNN_LIBRARY} DIRECTORY)
    set_source_files_properties(engine/cuda/cudnn_library.cpp PROPERTIES
      COMPILE_DEFINITIONS FXE_CUDNN_FOLDER="${cudnn_folder}")
    set_source_files_properties(engine/cuda/cublaslt_library.cpp PROPERTIES
      COMPILE_DEFINITIONS FXE_CUBLAS_FOLDER="${CUDAToolkit_LIBRARY_DIR}")
    # Some toolkits keep CUPTI in a folder of its own. Only its header is needed: the library is loaded by fxe profile.
    find_path(FXE_CUPTI_INCLUDE cupti.h HINTS ${CUDAToolkit_INCLUDE_DIRS} ${CUDAToolkit_TARGET_DIR}/extras/CUPTI/include
      ${CUDAToolkit_BIN_DIR}/../extras/CUPTI/include)
    if(FXE_CUPTI_INCLUDE)
      target_include_directories(fxe_cuda SYSTEM INTERFACE ${FXE_CUPTI_INCLUDE})
    endif()
    # The static runtime opens the driver's library at its first call: with --device cpu no library of CUDA is touched.
    target_link_libraries(fxe_cuda INTERFACE CUDA::cudart_static ${CMAKE_DL_LIBS})
    target_compile_definitions(fxe_cuda INTERFACE FXE_HAVE_CUDA=1)
    target_compile_options(fxe_cuda INTERFACE
      $<$<COMPILE_LANGUAGE:CUDA>:${cuda_werror} -Xcompiler=-Wall,-Wextra -diag-suppress=186>)
  elseif(FXE_CUDA STREQUAL ON)
    message(FATAL_ERROR "FXE_CUDA=ON, but no CUDA toolkit >= 12.8 with cuBLAS and cuDNN 9 was found")
  endif()
endif()
if(FXE_HAVE_CUDA)
  message(STATUS "fxe: CUDA ${CUDAToolkit_VERSION} backend for architectures ${CMAKE_CUDA_ARCHITECTURES}")
else()
  message(STATUS "fxe: no CUDA backend (needs a CUDA toolkit >= 12.8 with cuBLAS, and cuDNN 9); the CPU backend is complete")
endif()
