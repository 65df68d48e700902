"""Makes Elementary's HTML report of what the builds stored in the warehouse (`make report`).

Run as `python -m warehouse.elementary_report`. It calls `edr report` on the project's own
database, with the packages of dbt_packages/, and lets it neither download nor send anything. What
`edr` writes stays in target/edr/, the report goes to data/reports/elementary.html. `--edr` passes
other arguments to `edr`, with the same settings: `.. --edr monitor --slack-webhook URL`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

PROJECT_DIR = Path(__file__).resolve().parent.parent
REPORT = Path("data/reports/elementary.html")
PROFILE = "elementary"  # the name that edr asks for
SCHEMA = "elementary"  # models.elementary.+schema of dbt_project.yml

EDR_CONFIG = {
    "anonymous_usage_tracking": False,
    "disable_elementary_version_check": True,
    "disable_elementary_logo_print": True,
    # the packages are there: dbt_packages/ of this project (DBT_PACKAGES_FOLDER)
    "run_dbt_deps_if_needed": False,
}


class ReportError(Exception):
    """No report; the text says why and what to do."""


def packages_dir(project_dir: Path = PROJECT_DIR) -> Path:
    """Return the folder of the dbt packages that the project uses."""
    return project_dir / os.environ.get("WAREHOUSE_DBT_PACKAGES", "dbt_packages")


def is_real_package(folder: Path) -> bool:
    """Tell whether `folder` holds Elementary's own dbt package, not the stand-in."""
    return (folder / "macros" / "edr").is_dir()


def check_package(project_dir: Path = PROJECT_DIR) -> None:
    """Check that the real dbt package is installed.

    Raises:
        ReportError: it is missing, or the stand-in is in its place.
    """
    folder = packages_dir(project_dir) / "elementary"
    if is_real_package(folder):
        return
    what = (
        "the stand-in of the dbt package elementary is installed. The monitors run with it and "
        "dbt build warns of their anomalies, but it keeps nothing that a report could show"
        if folder.is_dir()
        else f"there is no dbt package {folder}"
    )
    raise ReportError(
        f"No report: {what}.\n"
        "Where the dbt hub can be reached: make packages. Else put the packages elementary 0.25.1 "
        "and dbt_utils 1.4.1 into a folder and set DBT_PACKAGES_DIR to it. Then: make run, and "
        "make report again."
    )


def edr_profiles(project_dir: Path = PROJECT_DIR) -> dict[str, object]:
    """Return a profiles.yml for edr: the project's targets, with Elementary's schema.

    Settings stay Jinja on the environment, as in profiles.yml. What only the project's own models
    need (plugins) is left out.
    """
    profiles = yaml.safe_load((project_dir / "profiles.yml").read_text(encoding="utf-8"))
    profile = profiles["creator_warehouse"]
    outputs = {
        name: {k: v for k, v in output.items() if k not in ("plugins", "module_paths")}
        | {"schema": SCHEMA}
        for name, output in profile["outputs"].items()
    }
    return {PROFILE: {"target": profile["target"], "outputs": outputs}}


def run_edr(arguments: Sequence[str], project_dir: Path = PROJECT_DIR) -> int:
    """Run edr with this project's settings; return its exit status.

    Raises:
        ReportError: the real package or the database is missing.
    """
    check_package(project_dir)
    database = os.environ.get("WAREHOUSE_DB") or "data/warehouse.duckdb"
    if os.environ.get("WAREHOUSE_TARGET", "duckdb") == "duckdb" and "://" not in database:
        database = str((project_dir / database).resolve())
        if not Path(database).is_file():
            raise ReportError(f"No report: there is no warehouse {database}. First: dbt build.")
    work_dir = project_dir / os.environ.get("DBT_TARGET_PATH", "target") / "edr"
    # edr looks for its settings in ~/.edr before it reads its options
    config_dir = work_dir / "home" / ".edr"
    config_dir.mkdir(parents=True, exist_ok=True)
    (config_dir / "config.yml").write_text(yaml.safe_dump(EDR_CONFIG), encoding="utf-8")
    (work_dir / "profiles.yml").write_text(
        yaml.safe_dump(edr_profiles(project_dir), sort_keys=False), encoding="utf-8"
    )
    kept = {k: v for k, v in os.environ.items() if k not in ("DBT_TARGET_PATH", "DBT_LOG_PATH")}
    environment = kept | {
        "HOME": str(work_dir / "home"),
        "WAREHOUSE_DB": database,
        "DBT_PACKAGES_FOLDER": str(packages_dir(project_dir).resolve()),
        "EDR_INTERNAL_TARGET_PATH": str(work_dir / "target"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    command = [sys.executable, "-c", "from elementary.cli.cli import cli; cli()", *arguments]
    command += ["--profiles-dir", str(work_dir), "--config-dir", str(config_dir)]
    command += ["--target-path", str(work_dir / "logs")]
    return subprocess.run(command, cwd=work_dir, env=environment, check=False).returncode


def make_report(report: Path, days_back: int, project_dir: Path = PROJECT_DIR) -> None:
    """Write the HTML report.

    Args:
        report: where it goes; folders are made.
        days_back: builds of how many days (by the clock) it shows.
        project_dir: the dbt project.

    Raises:
        ReportError: something is missing, or edr failed.
    """
    report = (project_dir / report).resolve()
    report.parent.mkdir(parents=True, exist_ok=True)
    before = report.stat().st_mtime_ns if report.exists() else None
    arguments = ["report", "--quiet-logs", "--file-path", str(report), "--open-browser", "false"]
    arguments += ["--disable-samples", "true", "--days-back", str(days_back)]
    status = run_edr([*arguments, "--project-name", "creator_warehouse"], project_dir)
    after = report.stat().st_mtime_ns if report.exists() else None
    if status != 0 or after in (None, before):
        raise ReportError(
            "No report: edr failed, see above. Its tables are made by a dbt build with the real "
            "package: dbt build --select package:elementary, then a build with the monitors."
        )


def main(arguments: list[str] | None = None) -> int:
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(description="Make Elementary's HTML report.")
    parser.add_argument("--out", type=Path, default=REPORT, help=f"default: {REPORT}")
    parser.add_argument("--days-back", type=int, default=31, help="builds of how many days")
    parser.add_argument("--edr", nargs=argparse.REMAINDER, help="run edr with these arguments")
    options = parser.parse_args(arguments)
    try:
        if options.edr:
            return run_edr(options.edr)
        make_report(options.out, options.days_back)
    except ReportError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Elementary report: {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
