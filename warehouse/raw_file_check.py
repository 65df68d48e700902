"""Tells whether a raw file can be read to its end.

DuckDB reads a truncated gzip without a word and returns the lines it found, so every file is opened
here first. The functions return a sentence, or None for a file in order; they never raise for what
is wrong with a file. Memory: one block of BLOCK_BYTES, whatever the size of the file.
"""

import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

BLOCK_BYTES = 1 << 20

PARQUET_MAGIC = b"PAR1"
# Head magic, a footer of one byte or more, its length (4 bytes, little endian), tail magic.
PARQUET_LEAST_BYTES = 4 + 1 + 4 + 4

# zlib: 16 + MAX_WBITS reads a gzip header and checks the CRC and the length in the trailer.
GZIP_WBITS = 16 + zlib.MAX_WBITS


def problem_with(path: str) -> str | None:
    """Return what is wrong with the raw file at a local path, or None.

    The name decides what is checked: `.parquet`, `.ndjson.gz` or `.ndjson`; any other name is
    reported, so that a new format is never taken unread. The sentence doesn't repeat the path.
    """
    try:
        with Path(path).open("rb") as file:
            return problem_with_content(path, file)
    except OSError as error:
        return f"can't be opened: {error.strerror or error}"


def problem_with_content(name: str, content: BinaryIO | bytes) -> str | None:
    """Return what is wrong with the content of a raw file, or None.

    Args:
        name: file name or path; its ending decides what is checked.
        content: the bytes of the whole file, or a seekable binary file at its beginning.
    """
    file = io.BytesIO(content) if isinstance(content, bytes | bytearray | memoryview) else content
    if name.endswith(".parquet"):
        return _parquet_problem(file)
    if name.endswith(".ndjson.gz"):
        return _gzip_problem(file)
    if name.endswith(".ndjson"):
        return _utf8_problem(_blocks(file))
    return "has an unknown ending: raw files end in .parquet, .ndjson.gz or .ndjson"


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(BLOCK_BYTES):
        yield block


def _parquet_problem(file: BinaryIO) -> str | None:
    """Check the magic bytes at both ends, that the footer fits into the file, and read it."""
    size = file.seek(0, io.SEEK_END)
    if size == 0:
        return "is empty: not a parquet file"
    if size < PARQUET_LEAST_BYTES:
        return f"is too short to be a parquet file ({size} bytes)"
    file.seek(0)
    if file.read(4) != PARQUET_MAGIC:
        return "is not a parquet file: it doesn't start with PAR1"
    file.seek(size - 8)
    footer_bytes = int.from_bytes(file.read(4), "little")
    if file.read(4) != PARQUET_MAGIC:
        return f"is truncated: it doesn't end with PAR1 ({size} bytes)"
    if not 0 < footer_bytes <= size - 12:
        return f"is damaged: its footer claims {footer_bytes} bytes of a file of {size}"
    return _footer_problem(file)


def _footer_problem(file: BinaryIO) -> str | None:
    """Read the footer: the schema and where the pages lie."""
    # imported here: a tenth of a second that runs without new files don't need
    from pyarrow import ArrowException, parquet

    file.seek(0)
    try:
        parquet.read_metadata(file)
    except (ArrowException, OSError) as error:
        return f"is damaged: its footer can't be read ({str(error).splitlines()[0]})"
    return None


class _GzipReader:
    """Unpacks a gzip file block by block; `problem` says why it broke off, if it did."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.problem: str | None = None

    def blocks(self) -> Iterator[bytes]:
        """Yield the unpacked bytes, at most BLOCK_BYTES at a time."""
        unpacker = zlib.decompressobj(GZIP_WBITS)
        begun = False  # inside a member
        members = 0
        for block in _blocks(self.file):
            while block:
                if not begun:
                    unpacker, begun = zlib.decompressobj(GZIP_WBITS), True
                try:
                    # max_length keeps a highly packed block from filling the memory.
                    unpacked = unpacker.decompress(block, BLOCK_BYTES)
                except zlib.error as error:
                    self.problem = f"is a damaged gzip file: {error}"
                    return
                yield unpacked
                if unpacker.eof:
                    members, begun, block = members + 1, False, unpacker.unused_data
                else:
                    block = unpacker.unconsumed_tail
        # A block may be consumed while unpacked bytes still wait inside zlib.
        while begun and not unpacker.eof:
            try:
                unpacked = unpacker.decompress(b"", BLOCK_BYTES)
            except zlib.error as error:
                self.problem = f"is a damaged gzip file: {error}"
                return
            if not unpacked:
                break
            yield unpacked
        if members == 0 and not begun:
            self.problem = "is empty: not a gzip file"
        elif begun and not unpacker.eof:
            self.problem = "is a truncated gzip file: it ends before its end mark"


def _gzip_problem(file: BinaryIO) -> str | None:
    """Unpack to the end: every member's CRC and length, and UTF-8 of what is inside."""
    reader = _GzipReader(file)
    blocks = reader.blocks()
    text_problem = _utf8_problem(blocks)
    # Read on after a text problem: damage to the gzip goes first, it explains broken text.
    for _ in blocks:
        pass
    return reader.problem or text_problem


def _utf8_problem(blocks: Iterator[bytes]) -> str | None:
    """Return the first line (counted from 1) that is not UTF-8, as a sentence, or None."""
    lines_before = 0
    rest = b""
    for block in blocks:
        block = rest + block
        rest = b""
        try:
            block.decode("utf-8")
        except UnicodeDecodeError as error:
            if error.reason == "unexpected end of data" and error.start >= len(block) - 3:
                block, rest = block[: error.start], block[error.start :]
            else:
                return _not_utf8(lines_before + block.count(b"\n", 0, error.start) + 1)
        lines_before += block.count(b"\n")
    return _not_utf8(lines_before + 1) if rest else None


def _not_utf8(line: int) -> str:
    return f"is not UTF-8 text: line {line} has bytes that can't be read"
