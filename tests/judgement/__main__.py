"""Print the confusion tables: of the machines seen while rules were written, and of the others."""

from __future__ import annotations

import sys

from tests.judgement.confusion import cases, table, workloads, wrong


def main() -> None:
    found = cases()
    for title, held_out in (("seen while rules were written", False), ("held out", True)):
        mine = [c for c in found if c.held_out == held_out]
        own = workloads(mine)
        print(f"{title}: {len(own)} workloads on {len({c.machine for c in mine})} machines\n")
        print(table(own))
        print()
        if "--wrong" in sys.argv:
            print("\n".join(wrong(mine)), end="\n\n")


if __name__ == "__main__":
    main()
