# SPDX-License-Identifier: Apache-2.0
"""What perf/peers.py and perf/compare are made of."""
