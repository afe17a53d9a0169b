// SPDX-License-Identifier: Apache-2.0
#include "tests/support/op_cases.h"

#include <gtest/gtest.h>

namespace fxe::test {

TEST(ReferenceBackend, EveryOperationWithinTheBound) { run_op_cases(*make_reference_backend()); }

TEST(ReferenceBackend, NanComesOutWhereItShould) { run_nan_cases(*make_reference_backend()); }

}  // namespace fxe::test
