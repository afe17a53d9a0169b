// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace fxe::sim {

// How the simulated GPU behaves. Read from the environment when it is first used; tests change it.
struct Settings {
  // FXE_SIM_SEED=N decides whatever CUDA leaves open: which stream goes on, which node of a graph runs next,
  // in which order a kernel's threads run, what an unset condition holds.
  uint64_t seed = 1;

  // FXE_SIM_ORDER: when enqueued work runs. random: some of it at every call. late: only when somebody waits
  // for it, and then only what must. early: all of it at once.
  enum class Order { random, late, early } order = Order::random;

  uint64_t memory_bytes = uint64_t{8} << 30;  // FXE_SIM_MEMORY=BYTES
  int driver_version = 13000;                 // FXE_SIM_DRIVER=N; 0: no driver

  // FXE_SIM_REFUSE=WORD,...: what some drivers refuse.
  bool no_conditional_nodes = false;             // conditional
  bool no_switch_nodes = false;                  // switch
  bool handles_on_their_own_graph_only = false;  // ancestor
  bool no_cupti = false;                         // cupti
  bool no_cublaslt = false;                      // cublaslt: it does not start
  bool no_products = false;                      // products: it has no algorithm for any product
  std::optional<uint64_t> failing_launch;        // launch:N: the Nth from the program's start, from 1
  std::optional<uint64_t> faulting_kernel;       // kernel:N: it runs into an illegal address

  // FXE_SIM_MODEL=WORD,...: how some hardware or libraries behave.
  bool first_handle_is_zero = false;  // handle_zero
  bool tf32_truncates = false;        // tf32_truncates: operands lose their low 13 bits unrounded
  bool relu_loses_nan = false;        // relu_loses_nan: cuDNN's fused ReLU turns a NaN into 0
  bool fp16_saturates = false;        // fp16_saturates: values that overflow fp16 become 65504
  bool edges_carry_data = false;      // edge_data: cuDNN's kernels end in programmatic edges
  bool setters_are_lost = false;      // setters_lost: conditions that kernels set do not arrive
};
Settings& settings();

// "FXE_SIM_SEED=.. COMMAND", which runs this program again in the same order.
std::string repeat_command();

uint64_t random_bits();  // drawn from the seed

}  // namespace fxe::sim
