// SPDX-License-Identifier: Apache-2.0
#pragma once

// A host-side stand-in for the part of CUDA that fxe's kernels use: the kernels' own source, compiled by a
// host compiler, runs with every CUDA thread as a fiber. Anything else (__activemask, textures, PTX) does
// not compile.
#if defined(__CUDACC__)
#error "the SIMT shim is for host compilers"
#endif

#include <simt/atomic.h>
#include <simt/keywords.h>
#include <simt/launch.h>
#include <simt/math.h>
#include <simt/warp.h>
