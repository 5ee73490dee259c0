"""The image: every process runs from what the Dockerfile takes along, and from nothing else."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[3]
PROCESSES = ("gateway", *sorted(one.parent.name for one in PROJECT.glob("*_svc/__main__.py")))


def copied() -> dict[str, str]:
    """Each file or folder that the last stage copies, with its place in the image."""
    text = (PROJECT / "Dockerfile").read_text()
    return dict(re.findall(r"^COPY (\w+) /app/(\w+)$", text, re.MULTILINE))


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("app")
    ignored = shutil.ignore_patterns("__pycache__")
    for source, target in copied().items():
        shutil.copytree(PROJECT / source, folder / target, ignore=ignored)
    return folder


def test_whatever_is_copied_is_sent_to_the_build() -> None:
    sent = (PROJECT / ".dockerignore").read_text().split()
    for name in (*copied(), "pyproject.toml", "requirements.lock"):
        assert f"!{name}" in sent


@pytest.mark.parametrize("process", PROCESSES)
def test_a_process_starts_from_what_is_in_the_image(process: str, image: Path) -> None:
    words = ["compose", "--help"] if process == "gateway" else ["schema"]
    command = [sys.executable, "-m", process, *words]

    done = subprocess.run(command, cwd=image, env={}, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    if process != "gateway":
        assert done.stdout == (image / "schema" / f"{process}.graphql").read_text()


@pytest.mark.parametrize("process", PROCESSES)
def test_a_process_is_heard_outside_its_container(process: str) -> None:
    prefix = process.removesuffix("_svc").upper()
    assert f"{prefix}_HOST=0.0.0.0" in (PROJECT / "Dockerfile").read_text()
