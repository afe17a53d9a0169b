// SPDX-License-Identifier: Apache-2.0
#pragma once

// Stands in front of the toolkit's header, which may be absent: kernels see the shim only.
#include <simt/device.h>
