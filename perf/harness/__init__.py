# SPDX-License-Identifier: Apache-2.0
"""The parts of perf/peers.py and perf/compare."""
