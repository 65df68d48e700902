"""Installs the dbt packages of packages.yml into dbt_packages/.

Run as `python -m warehouse.setup_packages`. In this order:

1. `DBT_PACKAGES_DIR` is set: copies of the packages in that folder (a mirror).
2. The dbt hub, through `dbt deps` (`DBT_PACKAGE_HUB_URL` names another hub).
3. Where the hub can't be reached, for a network error and nothing else: the stand-ins of
   offline_packages/, said in one line on stderr. `REQUIRE_DBT_HUB=1` forbids this.

Nothing is done when dbt_packages/ already holds what this set-up would install: the stamp in it
records the inputs. `--force` installs anyway (after stand-ins, it tries the hub again).
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT_DIR = Path(__file__).resolve().parent.parent
INSTALL_DIR = "dbt_packages"
STAMP_NAME = ".installed.json"

# Seconds. dbt itself tries a dead network for minutes; a hub that is there answers much faster.
CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 20.0
PROBE_TIMEOUT = 30.0  # bounds name resolution too, which has no timeout of its own
DEPS_TIMEOUT = 300.0

# These packages don't keep the version of the release in dbt_project.yml; it always says this one.
VERSION_NOT_KEPT = {"dbt_utils": "0.1.0"}

NOT_COPIED = shutil.ignore_patterns(
    ".git", "target", "logs", "dbt_packages", "dbt_modules", "__pycache__"
)

# What requests and urllib3 write into dbt's error when no answer came. An answer with an HTTP
# status (404 ..) or with the wrong content has other words.
NETWORK_ERROR_WORDS = re.compile(
    r"Max retries exceeded with url"
    r"|NewConnectionError|NameResolutionError|ConnectTimeoutError|ReadTimeoutError|ProxyError"
    r"|Connection aborted|Connection refused|Connection reset|Connection broken"
    r"|RemoteDisconnected|IncompleteRead|[Rr]ead timed out|timed out\."
    r"|Temporary failure in name resolution|Name or service not known"
    r"|Network is unreachable|No route to host|SSLError|Tunnel connection failed"
)


class PackageSetupError(Exception):
    """Set-up can't go on; the text says why and what to do."""


class NetworkError(Exception):
    """The hub, or the place its packages are downloaded from, can't be reached."""


@dataclass(frozen=True)
class Package:
    """One entry of packages.yml: `dbt-labs/dbt_utils` in one version."""

    hub_name: str
    version: str

    @property
    def name(self) -> str:
        """The name of the dbt project and of its folder in dbt_packages/."""
        return self.hub_name.rsplit("/", maxsplit=1)[-1]


def _read_yaml(path: Path) -> dict[str, Any]:
    import yaml  # here, because the common case (nothing to do) needs no YAML

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PackageSetupError(f"{path} is missing.") from None
    except yaml.YAMLError as error:
        raise PackageSetupError(f"{path} is not valid YAML: {error}") from None
    if not isinstance(content, dict):
        raise PackageSetupError(f"{path} is not a YAML mapping.")
    return content


def read_packages(path: Path) -> list[Package]:
    """Return the hub packages of a packages.yml, each with one exact version.

    Raises:
        PackageSetupError: the file is missing or broken, or an entry has no `package` or no
            single `version`.
    """
    entries = _read_yaml(path).get("packages")
    if not isinstance(entries, list) or not entries:
        raise PackageSetupError(f"{path} has no list `packages`.")
    packages = []
    for entry in entries:
        hub_name = entry.get("package") if isinstance(entry, dict) else None
        version = entry.get("version") if isinstance(entry, dict) else None
        if not isinstance(hub_name, str) or not isinstance(version, str):
            raise PackageSetupError(
                f"{path}: {entry} is not a hub package with one exact version "
                "(`package: owner/name` and `version: 1.2.3`)."
            )
        packages.append(Package(hub_name, version))
    return packages


def check_package(folder: Path, package: Package) -> None:
    """Check that a folder holds the named dbt package in the wanted version.

    Raises:
        PackageSetupError: no such folder, no dbt_project.yml, another name or version.
    """
    project_file = folder / "dbt_project.yml"
    if not project_file.is_file():
        raise PackageSetupError(
            f"{folder} is no dbt package: no dbt_project.yml. "
            f"Put {package.hub_name} {package.version} there."
        )
    project = _read_yaml(project_file)
    if project.get("name") != package.name:
        raise PackageSetupError(
            f"{project_file} is of the package {project.get('name')!r}, not {package.name!r}."
        )
    version = str(project.get("version"))
    if version not in (package.version, VERSION_NOT_KEPT.get(package.name)):
        raise PackageSetupError(
            f"{folder} holds {package.name} {version}, but packages.yml asks for "
            f"{package.version}. Put that version there."
        )


def fingerprint(project_dir: Path, env: Mapping[str, str]) -> str:
    """Return a hash (hex) of everything that decides what gets installed.

    That is packages.yml, package-lock.yml, the stand-ins, the mirror's files if one is named, and
    the variables that choose between them.
    """
    digest = hashlib.sha256()
    for name in ("DBT_PACKAGES_DIR", "REQUIRE_DBT_HUB", "DBT_PACKAGE_HUB_URL"):
        digest.update(f"{name}={env.get(name, '')}\0".encode())
    files = [project_dir / "packages.yml", project_dir / "package-lock.yml"]
    folders = [project_dir / "offline_packages"]
    if env.get("DBT_PACKAGES_DIR"):
        mirror = Path(env["DBT_PACKAGES_DIR"])
        # Only the packages in use: a mirror may hold many more.
        folders += [mirror / package.name for package in read_packages(files[0])]
    for folder in folders:
        files += sorted(path for path in folder.rglob("*") if path.is_file())
    for path in files:
        digest.update(f"{path}\0".encode())
        if path.is_file():
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def installed_source(project_dir: Path = PROJECT_DIR) -> str | None:
    """Return where the installed packages came from: mirror, hub, stand-ins; None: not by us."""
    try:
        return json.loads(_stamp_file(project_dir).read_text(encoding="utf-8"))["source"]
    except (OSError, ValueError, KeyError):
        return None


def _stamp_file(project_dir: Path) -> Path:
    return project_dir / INSTALL_DIR / STAMP_NAME


def _is_current(project_dir: Path, wanted: str) -> bool:
    try:
        stamp = json.loads(_stamp_file(project_dir).read_text(encoding="utf-8"))
        return stamp["fingerprint"] == wanted and all(
            (project_dir / INSTALL_DIR / name / "dbt_project.yml").is_file()
            for name in stamp["packages"]
        )
    except (OSError, ValueError, KeyError):
        return False


def install_copies(source_dir: Path, project_dir: Path, packages: list[Package]) -> None:
    """Replace dbt_packages/ by copies of `source_dir`'s packages.

    Every package is checked before the first one is touched.
    """
    for package in packages:
        check_package(source_dir / package.name, package)
    install_dir = project_dir / INSTALL_DIR
    shutil.rmtree(install_dir, ignore_errors=True)
    for package in packages:
        shutil.copytree(source_dir / package.name, install_dir / package.name, ignore=NOT_COPIED)


def probe_hub(hub_url: str, packages: list[Package]) -> None:
    """Ask the hub for each package, and the download place for its first byte, within a bound.

    Only a missing answer counts: what the hub answers is for `dbt deps` to judge.

    Raises:
        NetworkError: no answer, with the reason in one line.
    """
    failure: list[str] = []

    def ask() -> None:
        import requests

        timeout = (CONNECT_TIMEOUT, READ_TIMEOUT)
        try:
            for package in packages:
                url = f"{hub_url}api/v1/{package.hub_name}.json"
                try:
                    versions = requests.get(url, timeout=timeout).json()["versions"]
                    tarball = versions[package.version]["downloads"]["tarball"]
                except (ValueError, KeyError, TypeError):
                    return  # an answer, if a wrong one
                requests.get(tarball, timeout=timeout, stream=True).close()
        except (requests.ConnectionError, requests.Timeout) as error:
            failure.append(_reason(str(error)))
        except requests.RequestException:
            return  # a broken URL or redirect: `dbt deps` reports it

    # A thread of its own, left behind when it hangs: name resolution can't be told to stop.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(PROBE_TIMEOUT)
    if thread.is_alive():
        raise NetworkError(f"no answer within {PROBE_TIMEOUT:.0f} s")
    if failure:
        raise NetworkError(failure[0])


def _reason(text: str) -> str:
    """Cut the reason out of a nested requests error, to one line."""
    line = " ".join(text.split())
    for pattern in (
        r"(Tunnel connection failed: [^'\")]+)",
        r"(Connection refused|Connection reset by peer|Network is unreachable|No route to host)",
        r"(Temporary failure in name resolution|Name or service not known|nodename nor servname)",
        r"(timed out)",
        r"(certificate verify failed)",
    ):
        if found := re.search(pattern, line):
            return found.group(1)
    return line if len(line) <= 200 else line[:200] + ".."


def is_network_failure(dbt_output: str) -> bool:
    """Tell whether `dbt deps` failed because no answer came, by what it printed.

    An HTTP status such as 404, a version conflict or a broken packages.yml is no network failure.
    """
    errors = [line for line in dbt_output.splitlines() if "connection exception" in line.lower()]
    return any(NETWORK_ERROR_WORDS.search(line) for line in errors)


def install_from_hub(project_dir: Path, packages: list[Package], env: Mapping[str, str]) -> None:
    """Run `dbt deps`; package-lock.yml stays as it was unless that worked.

    Raises:
        NetworkError: the hub or the download place can't be reached.
        PackageSetupError: dbt failed for any other reason; the text has its output.
    """
    from dbt.clients.registry import DEFAULT_REGISTRY_BASE_URL  # slow, and seldom needed

    probe_hub(env.get("DBT_PACKAGE_HUB_URL") or DEFAULT_REGISTRY_BASE_URL, packages)
    lock_file = project_dir / "package-lock.yml"
    lock_before = lock_file.read_bytes() if lock_file.is_file() else None
    dbt = Path(sys.executable).with_name("dbt")
    command = [str(dbt), "--no-use-colors", "--log-level-file", "none", "deps"]
    command += ["--project-dir", str(project_dir)]
    try:
        result = subprocess.run(
            command,
            cwd=project_dir,
            env=dict(env),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=DEPS_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        _restore(lock_file, lock_before)
        raise NetworkError(f"`dbt deps` was not done after {DEPS_TIMEOUT:.0f} s") from None
    if result.returncode != 0:
        _restore(lock_file, lock_before)
        if is_network_failure(result.stdout):
            raise NetworkError(_reason(result.stdout))
        raise PackageSetupError(
            "`dbt deps` failed, and not for want of a network, so no stand-ins are used:\n"
            + _without_traceback(result.stdout)
        )
    for package in packages:
        check_package(project_dir / INSTALL_DIR / package.name, package)


def _without_traceback(dbt_output: str) -> str:
    """Keep what dbt says before its first traceback, which may have hundreds of lines."""
    lines = dbt_output.strip().splitlines()
    ends = [n for n, line in enumerate(lines) if "Traceback (most recent call last)" in line]
    return "\n".join(lines[: ends[0]] if ends else lines)


def _restore(file: Path, content: bytes | None) -> None:
    if content is None:
        file.unlink(missing_ok=True)
    elif not file.is_file() or file.read_bytes() != content:
        file.write_bytes(content)


def install(project_dir: Path, env: Mapping[str, str]) -> str:
    """Install the packages; return where they came from: mirror, hub or stand-ins.

    Raises:
        PackageSetupError: nothing usable could be installed; the text says why and what to do.
    """
    packages = read_packages(project_dir / "packages.yml")
    if mirror := env.get("DBT_PACKAGES_DIR"):
        if not Path(mirror).is_dir():
            raise PackageSetupError(f"DBT_PACKAGES_DIR={mirror} is no folder.")
        try:
            install_copies(Path(mirror).resolve(), project_dir, packages)
        except PackageSetupError as error:
            raise PackageSetupError(f"DBT_PACKAGES_DIR={mirror}: {error}") from None
        return "mirror"
    try:
        install_from_hub(project_dir, packages, env)
        return "hub"
    except NetworkError as error:
        if env.get("REQUIRE_DBT_HUB", "").lower() in ("1", "true", "yes"):
            raise PackageSetupError(
                f"The dbt hub can't be reached ({error}), and REQUIRE_DBT_HUB forbids the "
                "stand-ins. Mend the network, or name a mirror in DBT_PACKAGES_DIR."
            ) from None
        install_copies(project_dir / "offline_packages", project_dir, packages)
        print(
            f"The dbt hub can't be reached ({error}): using the stand-ins of offline_packages/ "
            "(all but the Elementary report works; `make packages` tries the hub again).",
            file=sys.stderr,
        )
        return "stand-ins"


def main(arguments: list[str] | None = None) -> int:
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(description="Install the dbt packages of packages.yml.")
    parser.add_argument("--project-dir", type=Path, default=PROJECT_DIR)
    parser.add_argument("--force", action="store_true", help="install even if nothing changed")
    options = parser.parse_args(arguments)
    project_dir = options.project_dir.resolve()
    env = dict(os.environ)
    try:
        if not options.force and _is_current(project_dir, fingerprint(project_dir, env)):
            return 0
        source = install(project_dir, env)
        stamp = {
            # Taken again: `dbt deps` may have brought package-lock.yml up to date.
            "fingerprint": fingerprint(project_dir, env),
            "source": source,
            "packages": [p.name for p in read_packages(project_dir / "packages.yml")],
        }
        _stamp_file(project_dir).write_text(json.dumps(stamp) + "\n", encoding="utf-8")
    except PackageSetupError as error:
        print(f"dbt packages: {error}", file=sys.stderr)
        return 1
    if source != "stand-ins":
        print(f"dbt packages installed from the {source}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
