"""Whatever happens to a stack, its end is explained and no process is left behind."""

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

FOREVER = "exec sleep 600"
STUBBORN = "trap '' TERM INT; echo deaf; while :; do sleep 600; done"
SECONDS = 60


class RunningStack:
    """A small stack in a process of its own, and what it has printed so far."""

    def __init__(self, folder: Path, *children: str, before: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [*before, sys.executable, "-m", "tests.support.small_stack", str(folder), *children],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.output = ""

    def wait_for(self, text: str) -> str:
        """Read on until the text has been printed; fail at the end of the output."""
        assert self.process.stdout is not None
        while text not in self.output:
            line = self.process.stdout.readline()
            assert line, f"{text!r} was never printed:\n{self.output}"
            self.output += line
        return self.output

    def end(self, number: signal.Signals | None = None) -> str:
        """Send a signal if there is one, read to the end, and return all that was printed."""
        if number:
            self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=SECONDS)
        self.output += rest
        return self.output

    def child(self, name: str) -> int:
        return int((self.folder / f"{name}.pid").read_text())

    def children_left(self) -> list[int]:
        started = [int(file.read_text()) for file in self.folder.glob("*.pid")]
        return [process for process in started if not has_ended(process)]


def has_ended(process_id: int) -> bool:
    """Wait for the end of a process that is not our child."""
    try:
        watched = os.pidfd_open(process_id)
    except ProcessLookupError:
        return True
    readable, _, _ = select.select([watched], [], [], SECONDS)
    os.close(watched)
    return bool(readable)


@contextmanager
def stack(folder: Path, *children: str, before: tuple[str, ...] = ()) -> Iterator[RunningStack]:
    running = RunningStack(folder, *children, before=before)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.wait()
        if running.process.stdout:
            running.process.stdout.close()


def test_children_start_stage_by_stage_and_their_lines_are_shown(tmp_path: Path) -> None:
    second = f"test -e '{tmp_path}/first.pid' && echo after the first; {FOREVER}"
    with stack(
        tmp_path, f"first=touch '{tmp_path}/first.ready'; {FOREVER}", "/", f"quick={second}"
    ) as s:
        s.wait_for("all ready")
        s.wait_for("after the first")
        output = s.end(signal.SIGINT)
    assert output.index("first         ready after") < output.index("quick         ready after")
    assert (tmp_path / "logs" / "quick.log").read_text() == "after the first\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_late_stops_everything(tmp_path: Path, number: signal.Signals) -> None:
    with stack(tmp_path, f"quick-one={FOREVER}", "/", f"quick-two={FOREVER}") as running:
        running.wait_for("all ready")
        output = running.end(number)
        assert running.process.returncode == 0
        assert running.children_left() == []
    assert "Stopping quick-one, quick-two\n" in output
    assert "Stopped; nothing is left running." in output
    assert "Traceback" not in output


def test_under_nohup_the_end_of_the_terminal_does_not_end_it(tmp_path: Path) -> None:
    with stack(tmp_path, f"quick={FOREVER}", before=("/usr/bin/nohup",)) as running:
        running.wait_for("all ready")
        running.process.send_signal(signal.SIGHUP)
        os.kill(running.child("quick"), signal.SIGTERM)
        assert "quick ended by itself with signal SIGTERM" in running.end()


def test_a_signal_early_stops_what_has_started_and_starts_nothing_more(tmp_path: Path) -> None:
    with stack(tmp_path, f"slow=echo up; {FOREVER}", "/", f"quick={FOREVER}") as running:
        running.wait_for("slow          up")
        output = running.end(signal.SIGINT)
        assert running.process.returncode == 0
        assert running.children_left() == []
    assert not (tmp_path / "quick.pid").exists()
    assert "all ready" not in output


@pytest.mark.parametrize("number", ["TERM", "INT"])
@pytest.mark.parametrize("moment", range(4))
def test_a_signal_while_a_child_starts_leaves_no_orphan(
    tmp_path: Path, moment: int, number: str
) -> None:
    children = [f"quick-{place}={FOREVER}" for place in range(4)]
    children[moment] = f"quick-{moment}=kill -{number} $PPID; {FOREVER}"
    with stack(tmp_path, *children[:2], "/", *children[2:]) as running:
        running.end()
        assert running.process.returncode == 0
        assert running.children_left() == []


def test_a_dead_child_is_named_with_its_last_lines_and_stops_the_rest(tmp_path: Path) -> None:
    dying = f"while ! test -e '{tmp_path}/go'; do sleep 0.02; done; echo no more disk; exit 3"
    with stack(tmp_path, f"quick-steady={FOREVER}", f"quick-dying={dying}") as running:
        running.wait_for("all ready")
        (tmp_path / "go").touch()
        output = running.end()
        assert running.process.returncode == 1
        assert running.children_left() == []
    story = (
        "quick-dying ended by itself with exit code 3. The last that it printed:\n  no more disk\n"
    )
    assert story in output
    assert output.endswith(
        "Stopped; nothing is left running. The data are kept.\n"
        "The cause: quick-dying ended by itself with exit code 3.\n"
    )


def test_a_child_that_dies_while_starting_is_named(tmp_path: Path) -> None:
    with stack(tmp_path, "never=exit 7", f"quick={FOREVER}") as running:
        output = running.end()
        assert running.process.returncode == 1
        assert running.children_left() == []
    assert "never ended by itself with exit code 7. The last that it printed:" in output
    assert "(it printed nothing)" in output


def test_a_child_killed_from_outside_is_named(tmp_path: Path) -> None:
    with stack(tmp_path, f"quick={FOREVER}") as running:
        running.wait_for("all ready")
        os.kill(running.child("quick"), signal.SIGKILL)
        assert "quick ended by itself with signal SIGKILL" in running.end()


def test_a_second_ctrl_c_ends_a_child_that_does_not_listen(tmp_path: Path) -> None:
    with stack(tmp_path, f"quick={STUBBORN}") as running:
        running.wait_for("deaf")
        running.process.send_signal(signal.SIGINT)
        running.wait_for("Stopping quick")
        running.end(signal.SIGINT)
        assert running.process.returncode == 0
        assert running.children_left() == []


def test_a_killed_supervisor_takes_its_children_along(tmp_path: Path) -> None:
    with stack(tmp_path, f"quick-one={FOREVER}", f"quick-two={STUBBORN}") as running:
        running.wait_for("all ready")
        running.wait_for("deaf")
        running.end(signal.SIGKILL)
        assert running.children_left() == []


def test_a_port_in_use_is_named_with_its_holder_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        with stack(tmp_path, f"quick-one={FOREVER}", f"quick-two={port}@{FOREVER}") as running:
            output = running.end()
            assert running.process.returncode == 1
    assert f"Port {port}, wanted for quick-two, is in use by process {os.getpid()} (" in output
    assert list(tmp_path.glob("*.pid")) == []


def test_a_second_start_over_the_same_folder_names_the_first(tmp_path: Path) -> None:
    with stack(tmp_path, f"quick={FOREVER}") as first:
        first.wait_for("all ready")
        with stack(tmp_path, f"quick={FOREVER}") as second:
            output = second.end()
            assert second.process.returncode == 1
        assert f"Tutti already runs over {tmp_path.name} (process {first.process.pid})" in output
        first.end(signal.SIGINT)
        assert first.process.returncode == 0


def test_a_start_after_a_kill_is_not_held_up_by_the_old_lock(tmp_path: Path) -> None:
    with stack(tmp_path, f"quick={FOREVER}") as first:
        first.wait_for("all ready")
        first.end(signal.SIGKILL)
    with stack(tmp_path, f"quick={FOREVER}") as second:
        second.wait_for("all ready")
        second.end(signal.SIGINT)
        assert second.process.returncode == 0


def test_a_closed_output_stops_the_stack(tmp_path: Path) -> None:
    wait = f"while ! test -e '{tmp_path}/go'; do sleep 0.02; done"
    chatty = f"{wait}; while echo tick; do sleep 0.05; done"
    with stack(tmp_path, f"quick={chatty}") as running:
        running.wait_for("all ready")
        assert running.process.stdout is not None
        running.process.stdout.close()
        (tmp_path / "go").touch()
        running.process.wait(SECONDS)
        assert running.process.returncode == 1
        assert running.children_left() == []
