#!/bin/sh
# SPDX-License-Identifier: MIT
# count_instructions.sh <program> <case>...: instructions per iteration of each case, as the
# difference of two runs under callgrind, so that the start of the program does not count.
set -eu

program=$1
shift

total() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" "$2" 2>&1 |
    sed -n 's/.*Collected : //p'
}

for each in "$@"; do
  few=$(total "$each" 100)
  many=$(total "$each" 1100)
  echo "$each: $(( (many - few) / 1000 ))"
done
