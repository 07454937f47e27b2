#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A short run of every fuzz target, the same each time. TAP.
exec "$(dirname "$0")/run" -runs=20000 -seed=1 -max_total_time=15
