"""Raw files that can't be read to their end are found, and nothing else is."""

import gzip
import os
import subprocess
import sys
import zlib
from pathlib import Path

import duckdb
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from warehouse.duckdb_plugin import Plugin
from warehouse.raw_file_check import BLOCK_BYTES, problem_with, problem_with_content

LINE = '{"_id":"a","name":"Zażółć 🎁"}\n'.encode()


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("parquet") / "whole.parquet"
    duckdb.execute(f"copy (select range as number from range(5000)) to '{path}'")
    return path.read_bytes()


def test_whole_parquet_file_passes(parquet: bytes) -> None:
    assert problem_with_content("a.parquet", parquet) is None


@pytest.mark.parametrize("cut", [1, 4, 8, 100])
def test_parquet_cut_at_the_end_is_truncated(parquet: bytes, cut: int) -> None:
    assert "truncated" in str(problem_with_content("a.parquet", parquet[:-cut]))


def test_parquet_without_its_head_is_none(parquet: bytes) -> None:
    assert "doesn't start with PAR1" in str(problem_with_content("a.parquet", b"\0" + parquet[1:]))


def test_parquet_footer_must_fit_into_the_file() -> None:
    def file(footer_bytes: int) -> bytes:
        return b"PAR1" + b"x" * 10 + footer_bytes.to_bytes(4, "little") + b"PAR1"

    assert "footer can't be read" in str(problem_with_content("a.parquet", file(10)))
    assert "footer claims 11 bytes" in str(problem_with_content("a.parquet", file(11)))
    assert "footer claims 0 bytes" in str(problem_with_content("a.parquet", file(0)))


def test_parquet_footer_must_be_readable(parquet: bytes) -> None:
    """Both ends whole and of a fitting length, but the middle is lost."""
    footer_bytes = int.from_bytes(parquet[-8:-4], "little")
    damaged = parquet[: -8 - footer_bytes] + b"\0" * footer_bytes + parquet[-8:]
    assert "footer can't be read" in str(problem_with_content("a.parquet", damaged))
    damaged = parquet[: len(parquet) // 2] + parquet[-footer_bytes // 2 - 8 :]
    assert problem_with_content("a.parquet", damaged)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1PAR1"])
def test_tiny_files_are_no_parquet(content: bytes) -> None:
    assert problem_with_content("a.parquet", content)


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(LINE * 1000),
        gzip.compress(b""),
        gzip.compress(LINE) + gzip.compress(LINE * 3),  # two members, as `cat a.gz b.gz` makes
        gzip.compress(b"0" * (20 * BLOCK_BYTES)),  # far more inside than outside
    ],
    ids=["plain", "of nothing", "two members", "highly packed"],
)
def test_whole_gzip_file_passes(content: bytes) -> None:
    assert problem_with_content("a.ndjson.gz", content) is None


@given(cut=st.integers(min_value=1), members=st.integers(1, 2))
def test_gzip_cut_anywhere_is_found_unless_whole_members_are_left(cut: int, members: int) -> None:
    member = gzip.compress(b"".join(b"%d %s" % (n, LINE) for n in range(50)), mtime=0)
    content = member * members
    left = content[: len(content) - 1 - cut % len(content)]
    if left == member:
        assert problem_with_content("a.ndjson.gz", left) is None
    else:
        assert problem_with_content("a.ndjson.gz", left)


def test_large_gzip_cut_between_blocks_is_truncated() -> None:
    content = gzip.compress(os.urandom(3 * BLOCK_BYTES).hex().encode())
    for size in (BLOCK_BYTES, 2 * BLOCK_BYTES, len(content) - 1):
        assert "truncated gzip" in str(problem_with_content("a.ndjson.gz", content[:size]))


@given(st.data())
def test_gzip_with_a_broken_checksum_or_length_is_damaged(data: st.DataObject) -> None:
    content = bytearray(gzip.compress(LINE * 10, mtime=0))
    place = len(content) - 1 - data.draw(st.integers(0, 7))
    content[place] ^= data.draw(st.integers(1, 255))
    assert "damaged gzip" in str(problem_with_content("a.ndjson.gz", bytes(content)))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        LINE,
        zlib.compress(LINE),
        gzip.compress(LINE) + LINE,
        gzip.compress(LINE) + b"\0" * 512,  # padded to a block: gzip passes over it, DuckDB stops
    ],
    ids=["empty", "not packed", "zlib", "text after the end", "padded"],
)
def test_other_content_is_no_gzip(content: bytes) -> None:
    assert problem_with_content("a.ndjson.gz", content)


def test_empty_ndjson_is_fine() -> None:
    assert problem_with_content("a.ndjson", b"") is None


@pytest.mark.parametrize("is_packed", [False, True], ids=["plain", "packed"])
def test_line_that_is_not_utf8_is_named(is_packed: bool) -> None:
    content = b"\xef\xbb\xbf" + LINE * 2 + b'{"name":"\xff"}\n' + LINE
    name = "a.ndjson.gz" if is_packed else "a.ndjson"
    problem = problem_with_content(name, gzip.compress(content) if is_packed else content)
    assert "line 3 " in str(problem)


def test_character_cut_at_the_end_of_the_file_is_found() -> None:
    assert "line 2 " in str(problem_with_content("a.ndjson", LINE + "ż".encode()[:1]))


@pytest.mark.parametrize("shift", range(4))
def test_character_across_two_blocks_is_read(shift: int) -> None:
    content = b"\n" * (BLOCK_BYTES - shift) + "🎁\n".encode()
    assert problem_with_content("a.ndjson", content) is None
    assert f"line {BLOCK_BYTES - shift + 2} " in str(
        problem_with_content("a.ndjson", content + b"\x80")
    )


def test_missing_file_folder_and_unknown_ending_are_problems(tmp_path: Path) -> None:
    assert "can't be opened: No such file" in str(problem_with(f"{tmp_path}/gone.parquet"))
    (tmp_path / "folder.ndjson").mkdir()
    assert "can't be opened: Is a directory" in str(problem_with(f"{tmp_path}/folder.ndjson"))
    (tmp_path / "a.csv").touch()
    assert "unknown ending" in str(problem_with(f"{tmp_path}/a.csv"))


def test_sql_functions_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "bad.ndjson.gz").write_bytes(gzip.compress(LINE)[:-3])
    (tmp_path / "good.ndjson.gz").write_bytes(gzip.compress(LINE))
    with duckdb.connect() as connection:
        Plugin("raw_file_check", {}).configure_connection(connection)
        rows = connection.execute(
            f"""
            select
                parse_filename(filename),
                raw_file_problem(filename),
                raw_blob_problem(filename, content)
            from read_blob('{tmp_path}/*') order by 1
            """
        ).fetchall()
        assert rows == [
            ("bad.ndjson.gz", *["is a truncated gzip file: it ends before its end mark"] * 2),
            ("good.ndjson.gz", None, None),
        ]
        for nothing in (
            "raw_file_problem(null)",
            "raw_file_problem('s3://bucket/a.parquet')",
            "raw_blob_problem('a', null)",
            "raw_blob_problem(null, 'a'::blob)",
        ):
            assert connection.execute(f"select {nothing}").fetchall() == [(None,)]


def test_second_connection_of_a_process_keeps_the_functions(tmp_path: Path) -> None:
    plugin = Plugin("raw_file_check", {})
    database = f"{tmp_path}/a.duckdb"
    with duckdb.connect(database) as first, duckdb.connect(database) as second:
        plugin.configure_connection(first)
        plugin.configure_connection(second)
        for connection in (first, second, second.cursor()):
            row = connection.execute("select raw_file_problem('a.csv') is not null").fetchone()
            assert row == (True,)


def test_dbt_loads_the_plugin_for_all_its_threads(tmp_path: Path) -> None:
    project_dir = Path(__file__).resolve().parents[2]
    profiles = yaml.safe_load((project_dir / "profiles.yml").read_text())
    profile = profiles["creator_warehouse"]["outputs"]["duckdb"]
    database = {
        "type": "duckdb",
        "path": "new/folder/toy.duckdb",  # made by the plugin
        "threads": 4,
        "plugins": profile["plugins"],
        "module_paths": [str(project_dir / path) for path in profile["module_paths"]],
    }
    toy = {"target": "dev", "outputs": {"dev": database}}
    (tmp_path / "profiles.yml").write_text(yaml.safe_dump({"toy": toy}))
    project = {"name": "toy", "profile": "toy", "flags": {"send_anonymous_usage_stats": False}}
    (tmp_path / "dbt_project.yml").write_text(yaml.safe_dump(project))
    (tmp_path / "models").mkdir()
    for number in range(8):
        sql = "select raw_file_problem('gone.parquet') as problem"
        (tmp_path / "models" / f"model_{number}.sql").write_text(sql)
    result = subprocess.run(
        [Path(sys.executable).with_name("dbt"), "run", "--profiles-dir", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
