#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the ledger that the gateway's demo upstream adds up: always the same 10,000 rows."""

import datetime
import random
import sys

PRODUCTS = [("starter", 1900), ("team", 4900), ("business", 14900), ("enterprise", 99000),
            ("support", 9900), ("training", 45000)]
ROWS = 10_000


def rows():
    rng = random.Random(20260101)
    first = datetime.date(2025, 11, 1)
    for number in range(ROWS):
        date = first + datetime.timedelta(days=number * 365 // ROWS)
        product, price = rng.choices(PRODUCTS, weights=[40, 30, 15, 2, 8, 5])[0]
        kind = "refund" if rng.random() < 0.03 else "sale"
        seats = rng.randint(1, 5)
        yield f"{date.isoformat()},{product},{kind},{price * seats}"


if __name__ == "__main__":
    with open(sys.argv[1], "w", encoding="ascii", newline="\n") as out:
        out.write("date,product,kind,amount_cents\n")
        for row in rows():
            out.write(row + "\n")
