"""The shape of one collection: its sources of rows and its fields."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.sample_data.fields import Field


@dataclass(frozen=True)
class Stream:
    """One source of documents.

    `offset` numbers its rows (two collections that share it describe the same events). `rate` is
    rows per user (0: the driver knows; negative: that many rows in all). `weight` says who acts:
    `act` mildly skewed, `spend` heavy-tailed, `any` a fixed user, `host` creators, `users` one row
    a user. `keep` filters, and leaves about `part` of the rows. `refers` names (offset, name) of
    the stream whose earlier document each row is about.
    """

    name: str
    offset: int
    rate: float
    weight: str
    keep: str = "true"
    part: float = 1.0
    refers: tuple[int, str] | None = None


@dataclass(frozen=True)
class Collection:
    """One collection: `number` is unique in its platform, `columns` are extra SQL columns.

    `p_update` is the share of documents with an update, up to `delay_hours` after the creation;
    `late` is the longest delay of a deletion in hours; `showcase`: add documents that show every
    value, absence and unreadable spelling.
    """

    name: str
    number: int
    streams: tuple[Stream, ...]
    fields: tuple[Field, ...]
    columns: tuple[str, ...] = ()
    p_update: float = 0.03
    delay_hours: int = 24
    updates: int = 1
    late: int = 480
    showcase: bool = True
