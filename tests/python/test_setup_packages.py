"""Where dbt packages come from: a mirror, the hub or the stand-ins; with tiny packages."""

import http.server
import io
import json
import os
import socket
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from dbt.config.project import package_config_from_data
from dbt.task.deps import _create_sha1_hash

from warehouse import setup_packages

PROJECT_DIR = Path(__file__).resolve().parents[2]
PACKAGES = {"tiny-org/alpha": "1.2.3", "tiny-org/beta": "0.4.0"}


def make_package(folder: Path, name: str, version: str, origin: str) -> None:
    """Write a dbt package whose macro tells where it came from."""
    (folder / "macros").mkdir(parents=True)
    project = {"name": name, "version": version, "config-version": 2}
    (folder / "dbt_project.yml").write_text(yaml.safe_dump(project))
    (folder / "macros" / "origin.sql").write_text(f"{{% macro origin() %}}{origin}{{% endmacro %}}")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a dbt project that asks for PACKAGES and has stand-ins for both."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "dbt_project.yml").write_text("name: tiny\nprofile: tiny\n")
    entries = [{"package": name, "version": version} for name, version in PACKAGES.items()]
    content = {"packages": entries}
    (folder / "packages.yml").write_text(yaml.safe_dump(content))
    lock = {
        "packages": [entry | {"name": entry["package"].split("/")[1]} for entry in entries],
        "sha1_hash": _create_sha1_hash(package_config_from_data(content, content).packages),
    }
    (folder / "package-lock.yml").write_text("# kept as it is\n" + yaml.safe_dump(lock))
    for name, version in PACKAGES.items():
        short = name.split("/")[1]
        make_package(folder / "offline_packages" / short, short, version, "stand-in")
    return folder


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    folder = tmp_path / "mirror"
    for name, version in PACKAGES.items():
        short = name.split("/")[1]
        make_package(folder / short, short, version, "mirror")
    return folder


class Hub:
    """A dbt hub on the loopback: `answers` maps a path to the bytes that it returns, else 404."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes] = {}
        hub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = hub.answers.get(self.path)
                self.send_response(404 if body is None else 200)
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def publish(self, name: str, version: str, tarball_url: str | None = None) -> None:
        """Offer a package; `tarball_url` names another download place than the hub."""
        owner, short = name.split("/")
        tarball_path = f"/{short}.tar.gz"
        entry = {
            "id": f"{name}/{version}",
            "name": short,
            "version": version,
            "packages": [],
            "downloads": {"tarball": tarball_url or f"{self.url}{tarball_path[1:]}"},
        }
        package = {"name": short, "namespace": owner, "versions": {version: entry}}
        self.answers[f"/api/v1/{name}.json"] = json.dumps(package).encode()
        names = json.loads(self.answers.get("/api/v1/index.json", b"[]"))
        self.answers["/api/v1/index.json"] = json.dumps([*names, name]).encode()
        self.answers[tarball_path] = self._tarball(short, version)

    @staticmethod
    def _tarball(name: str, version: str) -> bytes:
        files = {
            "dbt_project.yml": f"name: {name}\nversion: {version}\nconfig-version: 2\n",
            "macros/origin.sql": "{% macro origin() %}hub{% endmacro %}",
        }
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as tar:
            for path, text in files.items():
                member = tarfile.TarInfo(f"{name}-{version}/{path}")
                member.size = len(text)
                tar.addfile(member, io.BytesIO(text.encode()))
        return packed.getvalue()


@pytest.fixture
def hub() -> Iterator[Hub]:
    hub = Hub()
    yield hub
    hub.server.shutdown()
    hub.server.server_close()


@pytest.fixture
def dead_url() -> str:
    """Return a URL of this machine where nothing listens: the connection is refused."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/"


def set_up(project: Path, *options: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the set-up as make does, with only the given choices in the environment."""
    choices = ("DBT_PACKAGES_DIR", "DBT_PACKAGE_HUB_URL", "REQUIRE_DBT_HUB")
    kept = {name: value for name, value in os.environ.items() if name not in choices}
    kept |= {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    return subprocess.run(
        [sys.executable, "-m", "warehouse.setup_packages", "--project-dir", project, *options],
        cwd=PROJECT_DIR,
        env=kept | env,
        capture_output=True,
        text=True,
        check=False,
    )


def origins(project: Path) -> set[str]:
    macros = [
        project / "dbt_packages" / name / "macros" / "origin.sql" for name in ("alpha", "beta")
    ]
    return {macro.read_text().split("%}")[1].split("{%")[0] for macro in macros}


def lock_of(project: Path) -> str:
    return (project / "package-lock.yml").read_text()


def test_mirror_is_used_when_named(project: Path, mirror: Path, dead_url: str) -> None:
    lock = lock_of(project)
    result = set_up(project, DBT_PACKAGES_DIR=str(mirror), DBT_PACKAGE_HUB_URL=dead_url)
    assert (result.returncode, result.stderr) == (0, "")
    assert origins(project) == {"mirror"}
    assert setup_packages.installed_source(project) == "mirror"
    assert lock_of(project) == lock


def test_nothing_is_done_until_an_input_changes(project: Path, mirror: Path) -> None:
    set_up(project, DBT_PACKAGES_DIR=str(mirror))
    trace = project / "dbt_packages" / "alpha" / "trace"
    trace.touch()
    assert set_up(project, DBT_PACKAGES_DIR=str(mirror)).stdout == ""
    assert trace.exists()
    (mirror / "alpha" / "macros" / "more.sql").write_text("{# more #}")
    assert set_up(project, DBT_PACKAGES_DIR=str(mirror)).stdout != ""
    assert not trace.exists()
    assert (project / "dbt_packages" / "alpha" / "macros" / "more.sql").exists()


def test_force_and_a_lost_package_install_again(project: Path, mirror: Path) -> None:
    set_up(project, DBT_PACKAGES_DIR=str(mirror))
    (project / "dbt_packages" / "beta" / "dbt_project.yml").unlink()
    set_up(project, DBT_PACKAGES_DIR=str(mirror))
    assert (project / "dbt_packages" / "beta" / "dbt_project.yml").exists()
    trace = project / "dbt_packages" / "alpha" / "trace"
    trace.touch()
    set_up(project, "--force", DBT_PACKAGES_DIR=str(mirror))
    assert not trace.exists()


def test_mirror_with_another_version_is_refused(project: Path, mirror: Path) -> None:
    set_up(project, DBT_PACKAGES_DIR=str(mirror))
    text = (mirror / "beta" / "dbt_project.yml").read_text()
    (mirror / "beta" / "dbt_project.yml").write_text(text.replace("0.4.0", "0.5.0"))
    result = set_up(project, DBT_PACKAGES_DIR=str(mirror))
    assert result.returncode == 1
    assert "holds beta 0.5.0, but packages.yml asks for 0.4.0" in result.stderr
    assert origins(project) == {"mirror"}, "the packages of before must stay"


def test_mirror_without_a_package_or_of_another_name_is_refused(
    project: Path, mirror: Path, tmp_path: Path
) -> None:
    (mirror / "beta").rename(mirror / "elsewhere")
    result = set_up(project, DBT_PACKAGES_DIR=str(mirror))
    assert result.returncode == 1
    assert "beta is no dbt package" in result.stderr
    make_package(mirror / "beta", "gamma", "0.4.0", "mirror")
    assert (
        "of the package 'gamma', not 'beta'" in set_up(project, DBT_PACKAGES_DIR=str(mirror)).stderr
    )
    gone = set_up(project, DBT_PACKAGES_DIR=str(tmp_path / "gone"))
    assert gone.returncode == 1
    assert "is no folder" in gone.stderr


@pytest.mark.parametrize(
    ("name", "version", "is_taken"),
    [("dbt_utils", "0.1.0", True), ("dbt_utils", "1.4.0", False), ("elementary", "0.1.0", False)],
)
def test_only_dbt_utils_may_keep_its_version_to_itself(
    tmp_path: Path, name: str, version: str, is_taken: bool
) -> None:
    make_package(tmp_path / name, name, version, "mirror")
    package = setup_packages.Package(f"owner/{name}", "1.4.1")
    if is_taken:
        setup_packages.check_package(tmp_path / name, package)
    else:
        with pytest.raises(setup_packages.PackageSetupError, match=r"asks for 1\.4\.1"):
            setup_packages.check_package(tmp_path / name, package)


def test_hub_is_used_when_it_answers(project: Path, hub: Hub) -> None:
    lock = lock_of(project)
    for name, version in PACKAGES.items():
        hub.publish(name, version)
    result = set_up(project, DBT_PACKAGE_HUB_URL=hub.url, REQUIRE_DBT_HUB="1")
    assert (result.returncode, result.stderr) == (0, "")
    assert origins(project) == {"hub"}
    assert setup_packages.installed_source(project) == "hub"
    assert lock_of(project) == lock, "the lock file is in step with packages.yml"


def test_stand_ins_are_used_when_nothing_answers(project: Path, dead_url: str) -> None:
    lock = lock_of(project)
    result = set_up(project, DBT_PACKAGE_HUB_URL=dead_url)
    assert result.returncode == 0
    assert result.stderr.count("\n") == 1
    assert "hub can't be reached (Connection refused): using the stand-ins" in result.stderr
    assert origins(project) == {"stand-in"}
    assert setup_packages.installed_source(project) == "stand-ins"
    assert lock_of(project) == lock


def test_stand_ins_are_used_when_packages_cant_be_downloaded(
    project: Path, hub: Hub, dead_url: str
) -> None:
    for name, version in PACKAGES.items():
        hub.publish(name, version, tarball_url=f"{dead_url}a.tar.gz")
    result = set_up(project, DBT_PACKAGE_HUB_URL=hub.url)
    assert result.returncode == 0
    assert origins(project) == {"stand-in"}


def test_hub_can_be_required(project: Path, dead_url: str) -> None:
    result = set_up(project, DBT_PACKAGE_HUB_URL=dead_url, REQUIRE_DBT_HUB="1")
    assert result.returncode == 1
    assert "REQUIRE_DBT_HUB forbids the stand-ins" in result.stderr
    assert not (project / "dbt_packages").exists()


def test_stand_ins_of_before_don_t_satisfy_a_required_hub(project: Path, dead_url: str) -> None:
    set_up(project, DBT_PACKAGE_HUB_URL=dead_url)
    assert set_up(project, DBT_PACKAGE_HUB_URL=dead_url, REQUIRE_DBT_HUB="1").returncode == 1


def test_hub_without_the_package_stops_the_set_up(project: Path, hub: Hub) -> None:
    lock = lock_of(project)
    hub.publish("tiny-org/alpha", "1.2.3")
    result = set_up(project, DBT_PACKAGE_HUB_URL=hub.url)
    assert result.returncode == 1
    assert "not for want of a network" in result.stderr
    assert "tiny-org/beta was not found" in result.stderr
    assert setup_packages.installed_source(project) is None
    assert lock_of(project) == lock


def test_hub_with_a_lost_download_stops_the_set_up(project: Path, hub: Hub) -> None:
    for name, version in PACKAGES.items():
        hub.publish(name, version)
    del hub.answers["/beta.tar.gz"]
    result = set_up(project, DBT_PACKAGE_HUB_URL=hub.url)
    assert result.returncode == 1
    assert "External connection exception occurred: empty file" in result.stderr
    assert "Traceback" not in result.stderr


def test_hub_without_the_version_stops_the_set_up(project: Path, hub: Hub) -> None:
    hub.publish("tiny-org/alpha", "1.2.3")
    hub.publish("tiny-org/beta", "0.5.0")
    # Without a lock file, dbt resolves versions anew, and finds none.
    (project / "package-lock.yml").unlink()
    result = set_up(project, DBT_PACKAGE_HUB_URL=hub.url)
    assert result.returncode == 1
    assert "0.4.0" in result.stderr
    assert not (project / "package-lock.yml").exists()


@pytest.mark.parametrize(
    "text",
    [
        "packages: [",
        "packages: []",
        "packages: [{package: a/b}]",
        "packages: [{local: ../a}]",
        "- a",
    ],
)
def test_broken_packages_yml_stops_the_set_up(project: Path, dead_url: str, text: str) -> None:
    (project / "packages.yml").write_text(text)
    result = set_up(project, DBT_PACKAGE_HUB_URL=dead_url)
    assert result.returncode == 1
    assert "packages.yml" in result.stderr
    assert "Traceback" not in result.stderr


EXCEPTION = "  External connection exception occurred: "


@pytest.mark.parametrize(
    ("line", "is_network"),
    [
        (
            "HTTPSConnectionPool(host='hub', port=443): Max retries exceeded with url: /a "
            "(Caused by NameResolutionError(\"Failed to resolve 'hub'\"))",
            True,
        ),
        ("('Connection aborted.', RemoteDisconnected('closed without response'))", True),
        ("HTTPSConnectionPool(host='hub', port=443): Read timed out. (read timeout=30)", True),
        ("404 Client Error: Not Found for url: http://hub/api/v1/a.json", False),
        ("500 Server Error: Internal Server Error for url: http://hub/a.json", False),
        ("Expecting value: line 1 column 1 (char 0)", False),
    ],
)
def test_dbt_failure_is_told_from_a_network_failure(line: str, is_network: bool) -> None:
    output = f"05:00:01  Running with dbt\n05:00:02  Encountered an error:\n{EXCEPTION}{line}\n"
    assert setup_packages.is_network_failure(output) is is_network


def test_network_words_in_other_errors_dont_count() -> None:
    output = "Compilation Error\n  package a/connection-aborted: Connection refused by version 1.0"
    assert not setup_packages.is_network_failure(output)


def test_stand_ins_serve_the_versions_that_packages_yml_names() -> None:
    for package in setup_packages.read_packages(PROJECT_DIR / "packages.yml"):
        setup_packages.check_package(PROJECT_DIR / "offline_packages" / package.name, package)
