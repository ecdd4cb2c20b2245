#!/usr/bin/python3
"""Sums of a file of orders, one report for each shop."""

import csv
import os
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from money import shown


def main() -> None:
    out = Path(sys.argv[sys.argv.index("--out") + 1])
    sums: Counter[str] = Counter()
    with open("orders.csv", newline="") as orders:
        for row in csv.DictReader(orders):
            sums[row["shop"]] += int(row["cents"])
    for shop, cents in sorted(sums.items()):
        text = f"{shop}: {shown(cents)} {os.environ['TALLY_CURRENCY']}\n"
        (out / f"{shop}.txt").write_text(text)
        print(text, end="")
    (out / "signed").write_text(f"{len(os.environ['TALLY_TOKEN'])}\n")


main()
