# SPDX-License-Identifier: Apache-2.0
# Libraries from the distribution; tools/install_dependencies installs them on Debian and Ubuntu.
find_package(Threads REQUIRED)
find_package(JPEG REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(cxxopts REQUIRED)
# Its own parser of options instead of <regex>, which takes longer to compile than most commands.
set_property(TARGET cxxopts::cxxopts APPEND PROPERTY INTERFACE_COMPILE_DEFINITIONS CXXOPTS_NO_REGEX=true)
# Values are never lists: file names and JSON contain commas. char{} is the null character.
set_property(TARGET cxxopts::cxxopts APPEND PROPERTY INTERFACE_COMPILE_DEFINITIONS CXXOPTS_VECTOR_DELIMITER=char{})
find_package(Protobuf REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)

# oneDNN: Debian 12 ships 2.6, Ubuntu 24.04 ships 3; both install dnnl.hpp and libdnnl.
find_path(FXE_DNNL_INCLUDE oneapi/dnnl/dnnl.hpp REQUIRED)
find_library(FXE_DNNL_LIBRARY dnnl REQUIRED)
add_library(fxe_dnnl INTERFACE)
target_include_directories(fxe_dnnl SYSTEM INTERFACE ${FXE_DNNL_INCLUDE})
# Debian and Ubuntu build it on OpenMP; the loops of layers/cpu share its threads.
find_package(OpenMP REQUIRED COMPONENTS CXX)
target_link_libraries(fxe_dnnl INTERFACE ${FXE_DNNL_LIBRARY} OpenMP::OpenMP_CXX)

find_path(FXE_STB_INCLUDE stb/stb_image.h REQUIRED)

# ONNX and Caffe: the parts of the published schemas that fxe reads.
add_library(fxe_model_protos STATIC)
protobuf_generate(TARGET fxe_model_protos LANGUAGE cpp
  PROTOS ${CMAKE_SOURCE_DIR}/weights_converter/onnx/onnx.proto ${CMAKE_SOURCE_DIR}/weights_converter/caffe/caffe.proto
  IMPORT_DIRS ${CMAKE_SOURCE_DIR}/weights_converter/onnx ${CMAKE_SOURCE_DIR}/weights_converter/caffe
  PROTOC_OUT_DIR ${CMAKE_BINARY_DIR}/generated)
# Where onnx.pb.h lands depends on the version of CMake.
target_include_directories(fxe_model_protos SYSTEM PUBLIC ${CMAKE_BINARY_DIR}/generated
  ${CMAKE_BINARY_DIR}/generated/weights_converter/onnx ${CMAKE_BINARY_DIR}/generated/weights_converter/caffe)
# zlib comes along: weights_converter reads deflated zip entries, and links this library alone.
target_link_libraries(fxe_model_protos PUBLIC protobuf::libprotobuf ZLIB::ZLIB)
