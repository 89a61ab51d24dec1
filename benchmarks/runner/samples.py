# SPDX-License-Identifier: MIT
"""Samples of benchmarks, and the rows of medians and ratios that they make.

A benchmark's program prints one sample a line, as JSON, among whatever else it prints:

    {"name": "await a ready child", "unit": "ns", "who": "leat", "value": 5.1}

`who` is `leat` or a peer. Samples of one name and unit make one row.
"""

import dataclasses
import json
import statistics

OURS = "leat"
FIELDS = {"name": str, "unit": str, "who": str, "value": (int, float)}


@dataclasses.dataclass(frozen=True)
class Sample:
    name: str
    unit: str
    who: str
    value: float


@dataclasses.dataclass
class Row:
    name: str
    unit: str
    samples: dict[str, list[float]]  # by who, in the order of their first sample

    @property
    def peers(self) -> list[str]:
        return [who for who in self.samples if who != OURS]

    def median(self, who: str = OURS) -> float:
        return statistics.median(self.samples[who])

    def ratio(self, peer: str) -> float | None:
        """Ours divided by the peer's; nothing if that is no number. Where both were measured in
        each round, it is the median of the rounds' ratios: a machine that grows slow in the middle
        slows both of a pair down."""
        ours, theirs = self.samples[OURS], self.samples[peer]
        if len(ours) == len(theirs) and all(theirs):
            return statistics.median(mine / other for mine, other in zip(ours, theirs))
        other = self.median(peer)
        return self.median() / other if other else None

    def spread(self, who: str = OURS) -> float:
        """How far the samples lie apart, as a part of their median."""
        middle = self.median(who)
        values = self.samples[who]
        return (max(values) - min(values)) / abs(middle) if middle else 0.0


def parse(text: str) -> list[Sample]:
    """The samples among the lines of `text`. Raises ValueError for one that is malformed."""
    found = []
    for line in text.splitlines():
        if not line.startswith("{"):
            continue
        fields = json.loads(line)
        for name, kind in FIELDS.items():
            if not isinstance(fields.get(name), kind):
                raise ValueError(f"no {name} in this sample: {line}")
        found.append(Sample(**{name: fields[name] for name in FIELDS}))
    return found


def rows_of(samples: list[Sample]) -> list[Row]:
    """Rows in the order of their first sample. Raises ValueError for one without ours."""
    rows: dict[tuple[str, str], Row] = {}
    for each in samples:
        row = rows.setdefault((each.name, each.unit), Row(each.name, each.unit, {}))
        row.samples.setdefault(each.who, []).append(each.value)
    for row in rows.values():
        if OURS not in row.samples:
            raise ValueError(f"only peers were measured: {row.name}")
    return list(rows.values())


def to_json_lines(rows: list[Row]) -> str:
    """One object for each row and peer; a row without a peer has one with nulls."""
    lines = []
    for row in rows:
        for peer in row.peers or [None]:
            lines.append(json.dumps({
                "name": row.name, "value": row.median(), "unit": row.unit, "peer": peer,
                "peer_value": row.median(peer) if peer else None,
                "ratio": row.ratio(peer) if peer else None,
            }))
    return "".join(line + "\n" for line in lines)
