"""A process that has read the project once and runs dbt commands, each in a fork of itself.

A dbt command spends 4 seconds on importing dbt and reading its last parse, more where it finds that
it has to parse again. Tests run dbt more than a hundred times on the same project.

Requests are lines of JSON on stdin, answers are lines of JSON on stdout; see DbtServer.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunner


class DbtServer:
    """Starts the process and talks to it."""

    def __init__(
        self, project: Path, parse: Sequence[str], environment: Mapping[str, str], log: Path
    ) -> None:
        """Start the process; it reads the project, then answers.

        Args:
            project: folder of the project.
            parse: arguments of the command that reads it.
            environment: environment of that command.
            log: file for what it says.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        self.log = log
        with log.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, __file__, json.dumps(list(parse))],
                cwd=project,
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            )

    def run(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        output: Path,
        kill_after: float | None,
    ) -> int:
        """Run a dbt command and return its exit code; that of a killed process is negative.

        Args:
            arguments: the command and its options.
            environment: the whole environment of the command.
            output: file for all it says.
            kill_after: seconds after which it is killed (SIGKILL).
        """
        assert self.process.stdin is not None and self.process.stdout is not None
        request = {
            "arguments": list(arguments),
            "environment": dict(environment),
            "output": str(output),
            "kill_after": kill_after,
        }
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"dbt could not read the project:\n{self.log.read_text()[-6000:]}"
        return int(json.loads(answer)["returncode"])

    def close(self) -> None:
        """End the process."""
        self.process.communicate()


def _in_a_fork(runner: dbtRunner, request: Mapping[str, Any]) -> int:
    """Run one command in a child process and return its exit code."""
    child = os.fork()
    if child == 0:
        with Path(request["output"]).open("wb") as output:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
        os.environ.clear()
        os.environ.update(request["environment"])
        code = 2
        try:
            code = 0 if runner.invoke(request["arguments"]).success else 1
        finally:
            sys.stdout.flush()
            # not as a process ends: the server's own libraries are not to be tidied up twice
            os._exit(code)
    until = time.monotonic() + (request["kill_after"] or float("inf"))
    while os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
        if time.monotonic() > until:
            os.kill(child, signal.SIGKILL)
            break
        time.sleep(0.02)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def serve(parse: list[str]) -> None:
    """Read the project, then answer requests until stdin ends."""
    from dbt.cli.main import dbtRunner

    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what dbt says is not an answer
    sys.path.insert(0, str(Path.cwd()))
    parsed = dbtRunner().invoke(parse)
    if not parsed.success:
        sys.exit(f"dbt parse failed: {parsed.exception}")
    assert threading.active_count() == 1, "threads do not live on in a fork"
    runner = dbtRunner(manifest=parsed.result)
    for line in sys.stdin:
        code = _in_a_fork(runner, json.loads(line))
        answers.write(json.dumps({"returncode": code}) + "\n")
        answers.flush()


if __name__ == "__main__":
    serve(json.loads(sys.argv[1]))
