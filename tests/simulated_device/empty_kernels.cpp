// SPDX-License-Identifier: Apache-2.0
// Compiled against the SIMT shim: the kernels of perf/conditional_nodes for the simulated GPU.
#include "perf/empty_kernels.cu"
