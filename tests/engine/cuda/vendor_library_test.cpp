// SPDX-License-Identifier: Apache-2.0
#include "engine/cuda/vendor_library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "engine/error.h"

namespace fxe {
namespace {

using testing::AllOf;
using testing::HasSubstr;

double (*const kCosine)(double) = std::cos;

std::string refusal(const VendorLibrary& library, const char* name) {
  try {
    (void)library.find(kCosine, name);
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::run_time);
    return e.what();
  }
  return "";
}

TEST(VendorLibrary, FindsFunctionsOfALibraryThatIsThere) {
  const VendorLibrary library("the mathematics", "libm.so.6", "/nowhere");
  EXPECT_EQ(library.error(), "");
  EXPECT_EQ(library.find(kCosine, "cos")(0), 1);
  EXPECT_THAT(refusal(library, "no_such_function"),
              AllOf(HasSubstr("libm.so.6 has no no_such_function"), HasSubstr("the mathematics")));
}

TEST(VendorLibrary, SaysWhatIsMissing) {
  const VendorLibrary library("the mathematics", "libno-such.so.7", "/nowhere");
  EXPECT_THAT(library.error(), HasSubstr("libno-such.so.7"));
  EXPECT_THAT(refusal(library, "cos"), AllOf(HasSubstr("the mathematics cannot be loaded: libno-such.so.7"),
                                             HasSubstr("--device cpu")));
}

TEST(VendorLibrary, WithoutAPartIsNotThere) {
  const VendorLibrary library("the mathematics", "libm.so.6", "/nowhere", "libno-such-part.so");
  EXPECT_THAT(library.error(), HasSubstr("libno-such-part.so"));
}

}  // namespace
}  // namespace fxe
