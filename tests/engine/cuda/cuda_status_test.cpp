// SPDX-License-Identifier: Apache-2.0
#include "engine/cuda/cuda_status.h"

#include <gtest/gtest.h>

#include "engine/cuda/cuda_device.h"
#include "engine/cuda_availability.h"
#include "engine/error.h"

namespace fxe {
namespace {

TEST(CudaStatus, VersionsReadAsPeopleWriteThem) {
  EXPECT_EQ(cuda_version_str(13000), "13.0");
  EXPECT_EQ(cuda_version_str(12080), "12.8");
  EXPECT_EQ(cudnn_version_str(91900), "9.19.0");
}

TEST(CudaStatus, SaysInOneLineWhatIsThereOrMissing) {
  const CudaStatus status = cuda_status();
  EXPECT_FALSE(status.text.empty());
  EXPECT_EQ(status.text.find('\n'), std::string::npos);
  EXPECT_GE(status.runtime_version, 12080);
  EXPECT_GE(status.cudnn_version, 90000u);
  EXPECT_EQ(status.devices.empty(),
            status.state != CudaStatus::State::working && status.state != CudaStatus::State::not_built_for);
  EXPECT_FALSE(status.built_for.empty());
  if (status.driver_version == 0) {
    EXPECT_EQ(status.state, CudaStatus::State::no_driver);
  }
}

TEST(CudaStatus, EachStateSaysWhatToDo) {
  CudaStatus status{.driver_version = 12040,
                    .runtime_version = 13000,
                    .cudnn_version = 91900,
                    .built_for = {80, 90},
                    .error = "cudaErrorNoDevice"};
  using State = CudaStatus::State;
  const auto expect = [&](State state, std::initializer_list<const char*> parts) {
    status.state = state;
    const std::string text = text_of(status);
    for (const char* part : parts) EXPECT_NE(text.find(part), std::string::npos) << text;
    EXPECT_EQ(text.find('\n'), std::string::npos);
  };
  expect(State::no_driver, {"install", "13.0"});
  expect(State::driver_too_old, {"12.4", "13.0", "update the driver"});
  status.devices = {{"NVIDIA H200", 90, 132, size_t{143771} << 20}};
  status.cudnn_error = "libcudnn.so.9: cannot open shared object file";
  expect(State::no_cudnn, {"NVIDIA H200", "libcudnn.so.9: cannot open", "install cuDNN 9", "13.0"});
  status.devices.clear();
  expect(State::no_device, {"12.4", "cudaErrorNoDevice", "CUDA_VISIBLE_DEVICES"});
  status.devices = {{"Tesla T4", 75, 40, size_t{15360} << 20},
                    {"NVIDIA H200", 90, 132, size_t{143771} << 20}};
  expect(State::not_built_for, {"Tesla T4", "sm_80, sm_90", "-DFXE_CUDA_ARCHITECTURES=75,"});
  expect(State::working, {"Tesla T4 (sm_75, 15360 MiB), NVIDIA H200 (sm_90, 143771 MiB)",
                          "driver for CUDA 12.4", "runtime 13.0", "cuDNN 9.19.0"});
}

// What a machine may answer, and the name for it: each missing part is told apart from the others.
TEST(CudaStatus, TellsWhatIsMissing) {
  using State = CudaStatus::State;
  const CudaStatus::DeviceInfo h200{"NVIDIA H200", 90, 132, size_t{143771} << 20},
      t4{"Tesla T4", 75, 40, size_t{15360} << 20};
  const auto state = [](int driver, std::vector<CudaStatus::DeviceInfo> devices, size_t cudnn,
                        std::string error) {
    CudaStatus status{.driver_version = driver,
                      .runtime_version = 13000,
                      .cudnn_version = cudnn,
                      .devices = std::move(devices),
                      .built_for = {80, 90},
                      .error = std::move(error)};
    status.state = state_of(status);
    status.text = text_of(status);
    const CudaAvailability availability = availability_of(status);
    EXPECT_TRUE(availability.built_in);
    EXPECT_EQ(availability.working, status.state == State::working);
    EXPECT_EQ(availability.state, name(status.state));
    EXPECT_EQ(availability.text, status.text);
    return status.state;
  };
  EXPECT_EQ(state(0, {}, 91900, "cudaErrorInsufficientDriver"), State::no_driver);
  EXPECT_EQ(state(0, {}, 0, "cudaErrorInsufficientDriver"), State::no_driver) << "the driver goes first";
  EXPECT_EQ(state(12040, {}, 91900, "cudaErrorInsufficientDriver"), State::driver_too_old);
  EXPECT_EQ(state(13000, {}, 91900, "cudaErrorNoDevice"), State::no_device);
  EXPECT_EQ(state(13000, {}, 91900, "cudaSuccess"), State::no_device);
  EXPECT_EQ(state(13000, {h200}, 0, "cudaSuccess"), State::no_cudnn);
  EXPECT_EQ(state(13000, {h200, t4}, 91900, "cudaSuccess"), State::not_built_for);
  EXPECT_EQ(state(13000, {h200}, 91900, "cudaSuccess"), State::working);
}

TEST(CudaStatus, KernelsRunOnTheirArchitectureAndLaterOnes) {
  EXPECT_TRUE(runs_on({80, 90}, 80));
  EXPECT_TRUE(runs_on({80, 90}, 86));
  EXPECT_TRUE(runs_on({90}, 120));
  EXPECT_FALSE(runs_on({80, 90}, 75));
  EXPECT_FALSE(runs_on({}, 90));
}

TEST(CudaAvailability, AgreesWithTheStatus) {
  const CudaAvailability availability = cuda_availability();
  EXPECT_TRUE(availability.built_in);
  EXPECT_EQ(availability.working, cuda_status().state == CudaStatus::State::working);
  EXPECT_EQ(availability.text, cuda_status().text);
  EXPECT_EQ(availability.versions, cuda_status().versions());
}

TEST(CudaDevice, ADeviceThatIsNotThereIsARunTimeErrorWithTheReason) {
  const CudaStatus status = cuda_status();
  for (const int index : {-1, 1000, 0}) {
    if (index == 0 && status.state == CudaStatus::State::working) continue;
    try {
      make_cuda_device(index);
      FAIL() << "device " << index;
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::run_time);
      EXPECT_NE(std::string(e.what()).find(status.text), std::string::npos) << e.what();
    }
  }
}

TEST(CudaDevice, FailedCallsNameExpressionErrorAndPlace) {
  try {
    FXE_CUDA(cudaErrorInvalidValue);
    FAIL();
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("cudaErrorInvalidValue"), std::string::npos);
    EXPECT_NE(std::string(e.what()).find("cuda_status_test.cpp:"), std::string::npos);
  }
}

}  // namespace
}  // namespace fxe
