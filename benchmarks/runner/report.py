# SPDX-License-Identifier: MIT
"""Rows against their budgets, and the table that people read."""

import dataclasses
import fnmatch
import json
import pathlib

from .samples import Row


@dataclasses.dataclass(frozen=True)
class Budget:
    """The most a row may have: a value, or a ratio to a peer. `row` may have wildcards."""
    row: str
    limit: float
    peer: str | None = None

    def measured(self, row: Row) -> float | None:
        if self.peer is None:
            return row.median()
        return row.ratio(self.peer) if self.peer in row.samples else None


def read_budgets(path: pathlib.Path) -> list[Budget]:
    budgets = []
    for each in json.loads(path.read_text()):
        if ("value" in each) == ("ratio" in each) or ("ratio" in each) != ("peer" in each):
            raise ValueError(f"a budget is a value, or a ratio to a peer: {each}")
        budgets.append(Budget(each["row"], each.get("value", each.get("ratio")), each.get("peer")))
    return budgets


@dataclasses.dataclass(frozen=True)
class Verdict:
    row: Row
    budget: Budget
    measured: float | None  # None: the peer was not measured

    @property
    def is_met(self) -> bool:
        return self.measured is not None and self.measured <= self.budget.limit

    def __str__(self) -> str:
        against = f"x {self.budget.peer}" if self.budget.peer else self.row.unit
        text = f"<= {number(self.budget.limit)} {against}: "
        if self.measured is None:
            return text + "peer not measured"
        if self.is_met:
            return text + "met"
        over = (self.measured / self.budget.limit - 1) * 100
        return text + f"**missed by {over:.0f} %**"


def judge(rows: list[Row], budgets: list[Budget]) -> list[Verdict]:
    """What was measured and has a budget. A budget whose row was not asked for says nothing."""
    return [Verdict(row, budget, budget.measured(row)) for row in rows for budget in budgets
            if fnmatch.fnmatchcase(row.name, budget.row)]


def number(value: float) -> str:
    """Three digits that matter, and no exponent."""
    for digits, least in ((0, 100), (1, 10), (2, 0)):
        if abs(value) >= least:
            return f"{value:,.{digits}f}"
    raise AssertionError("a number is at least zero")


def table(rows: list[Row], verdicts: list[Verdict]) -> str:
    """A table in Markdown. Spread: from the least to the most sample, of our median."""
    lines = ["| what | leat | spread | peers: median (leat / peer) | budget |",
             "|---|--:|--:|---|---|"]
    for row in rows:
        peers = []
        for peer in row.peers:
            ratio = row.ratio(peer)
            text = "" if ratio is None else f" ({ratio:.2f})"
            peers.append(f"{peer} {number(row.median(peer))}{text}")
        budget = "; ".join(str(each) for each in verdicts if each.row is row)
        lines.append(f"| {row.name} | {number(row.median())} {row.unit} | "
                     f"{row.spread() * 100:.0f} % | {', '.join(peers)} | {budget} |")
    return "".join(line + "\n" for line in lines)
