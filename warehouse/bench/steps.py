"""Child processes measured: wall clock, CPU, peak memory, disk; and the folders they work in."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from warehouse.sample_data.plan import Plan

PROJECT_DIR = Path(__file__).resolve().parents[2]
#: dbt without a script of that name on the path.
DBT = (sys.executable, "-c", "from dbt.cli.main import cli; cli()", "--no-use-colors")
#: Free space needed, as a multiple of the raw files: database, spilled work, tables being replaced.
DISK_FACTOR = 6
#: Bytes of raw files per user (both platforms together) of the sample data, about: who the user is,
#: and what one does.
RAW_BYTES_OF_A_USER = 1_000
RAW_BYTES_OF_ACTIVITY = 24_000
ARRIVAL = re.compile(r"^dt=(\d{4}-\d{2}-\d{2})$")


class BenchError(RuntimeError):
    """A benchmark can't go on; the message says what to do."""


@dataclass(frozen=True)
class Usage:
    """What a process used.

    wall_s, cpu_s: seconds; cpu_s sums user and system time of all threads. peak_memory: bytes,
    largest resident set. disk, peak_disk: bytes in the database's folder at the end and at most
    (sampled twice a second: database, write-ahead log, spilled work).
    """

    wall_s: float
    cpu_s: float
    peak_memory: int
    disk: int
    peak_disk: int

    def as_data(self) -> dict[str, float | int]:
        """Return the figures for JSON."""
        return {k: round(v, 3) if isinstance(v, float) else v for k, v in asdict(self).items()}


def folder_bytes(folder: Path) -> int:
    """Return the bytes that the files below a folder take on disk; files may come and go."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(root) / name).stat().st_blocks * 512
            except OSError:
                continue
    return total


def run_measured(
    command: Sequence[str], environment: Mapping[str, str], log: Path, disk: Path
) -> Usage:
    """Run a command in the project's folder to its end and return what it used.

    Args:
        command: program and arguments.
        environment: its whole environment.
        log: file for all it prints.
        disk: folder whose size is watched.

    Raises:
        BenchError: the command failed; the message holds the end of its log.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    peak = folder_bytes(disk)
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.5):
            peak = max(peak, folder_bytes(disk))

    watcher = threading.Thread(target=watch, daemon=True)
    with log.open("wb") as out:
        started = time.monotonic()
        process = subprocess.Popen(
            list(command),
            cwd=PROJECT_DIR,
            env=dict(environment),
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        watcher.start()
        try:
            # wait4 and not wait: the figures of this child alone
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            process.terminate()
            process.wait()
            raise
        finally:
            done.set()
            watcher.join()
        wall = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        tail = log.read_text(errors="replace")[-3000:].strip()
        raise BenchError(
            f"`{' '.join(command[-4:])}` ended with code {process.returncode}; its log is {log} "
            f"and ends with:\n{tail}"
        )
    # kilobytes, but on macOS bytes
    memory = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    size = folder_bytes(disk)
    return Usage(wall, used.ru_utime + used.ru_stime, memory, size, max(peak, size))


def arrival_dates(raw: Path) -> list[str]:
    """Return the arrival dates (YYYY-MM-DD) of a raw folder, sorted."""
    found = {
        match[1] for path in raw.glob("*/*/dt=*") if (match := ARRIVAL.match(path.name)) is not None
    }
    return sorted(found)


def link_files(raw: Path, target: Path, dates: set[str]) -> int:
    """Show the raw files of some arrival dates in another folder; return how many.

    Hard links where the file system has them, else symbolic links: nothing is copied.
    """
    count = 0
    for folder in sorted(raw.glob("*/*/dt=*")):
        match = ARRIVAL.match(folder.name)
        if match is None or match[1] not in dates:
            continue
        place = target / folder.relative_to(raw)
        place.mkdir(parents=True, exist_ok=True)
        for file in sorted(p for p in folder.iterdir() if p.is_file()):
            try:
                os.link(file, place / file.name)
            except OSError:
                (place / file.name).symlink_to(file.resolve())
            count += 1
    return count


def expected_raw_bytes(plan: Plan) -> int:
    """Return about how many bytes of raw files the sample data of a plan takes."""
    return int(plan.users * (RAW_BYTES_OF_A_USER + RAW_BYTES_OF_ACTIVITY * plan.activity))


def check_disk(folder: Path, raw_bytes: int, made: bool) -> None:
    """Stop before the work where the disk is too small for it.

    Args:
        folder: where the work will be.
        raw_bytes: size of the raw files (estimated where they are still to be made).
        made: the raw files are there already.

    Raises:
        BenchError: too little free space.
    """
    needed = raw_bytes * (DISK_FACTOR + (0 if made else 1))
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise BenchError(
            f"{folder} has {free / 1e9:.1f} GB free, this size needs about {needed / 1e9:.1f} GB: "
            "free some, name another disk with --folder, or take a smaller --scale."
        )


def memory_bytes() -> int:
    """Return the memory of the machine in bytes; 0 where the system doesn't tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return 0


def machine() -> dict[str, object]:
    """Return what the figures depend on: cores, memory (bytes), load, system, versions."""
    return {
        "cores": os.cpu_count(),
        "memory": memory_bytes(),
        "load_before": [round(x, 2) for x in os.getloadavg()],
        "system": platform.platform(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("duckdb", "dbt-core", "dbt-duckdb")},
    }


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a measured dbt: this one's without settings that would mix in.

    Threads, memory limit and the packages' folder stay as they are set.
    """
    kept = ("WAREHOUSE_THREADS", "WAREHOUSE_MEMORY_LIMIT", "WAREHOUSE_DBT_PACKAGES")
    own = {
        k: v for k, v in os.environ.items() if k in kept or not k.startswith(("WAREHOUSE_", "DBT_"))
    }
    return own | {"DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"} | dict(settings)
