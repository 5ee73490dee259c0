"""GraphiQL's own files, kept in a folder so that the page loads nothing from outside."""

import asyncio
import hashlib
import os
import shutil
import signal
import tarfile
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from devstack.leash import leashed

NPM_SECONDS = 10.0
"""How long the page's files may hold up the start, the first time only."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One npm package, the archive it must be, and the files the page needs from it."""

    package: str
    version: str
    sha256: str
    files: tuple[str, ...]


ASSETS = (
    Asset(
        "graphiql",
        "3.8.3",
        "1cadb1c2ca0dc51ea71fb4bb2680e6185e83fe400c9a62ca5fb9dfb922472bbd",
        ("graphiql.min.js", "graphiql.min.css"),
    ),
    Asset(
        "react",
        "18.3.1",
        "8d9bed01a672e7eaf387942d781ad47c6a43089a30a0306060f9fd5ac7870347",
        ("umd/react.production.min.js",),
    ),
    Asset(
        "react-dom",
        "18.3.1",
        "031d4427a99f2f3f6cac18bbbf308594a67e4f47d10f4896fdec446505b040e0",
        ("umd/react-dom.production.min.js",),
    ),
)


async def graphiql_in(folder: Path) -> Path | None:
    """The folder with GraphiQL's files, filled through npm when need be; None where npm cannot.

    Without the folder the page falls back to the public addresses of the same files.
    """
    wanted = [folder / Path(name).name for asset in ASSETS for name in asset.files]
    if all(path.is_file() for path in wanted):
        return folder
    npm = shutil.which("npm")
    if npm is None:
        return None
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        staging = Path(name)
        packing = (_unpack(npm, asset, staging) for asset in ASSETS)
        if not all(await asyncio.gather(*packing)):
            return None
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(staging / "files", folder)
    return folder


async def _unpack(npm: str, asset: Asset, staging: Path) -> bool:
    """Fetch one package archive, refuse it unless it is the pinned one, and take its files."""
    if not await _fetched(npm, asset, staging):
        return False
    archive = staging / f"{asset.package}-{asset.version}.tgz"
    if hashlib.sha256(archive.read_bytes()).hexdigest() != asset.sha256:
        return False
    target = staging / "files"
    target.mkdir(exist_ok=True)
    with tarfile.open(archive) as packed:
        for name in asset.files:
            member = packed.extractfile(f"package/{name}")
            if member is None:
                return False
            (target / Path(name).name).write_bytes(member.read())
    return True


async def _fetched(npm: str, asset: Asset, staging: Path) -> bool:
    """Let npm fetch an archive; it is ended when it takes too long or we are."""
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *leashed([npm, "pack", f"{asset.package}@{asset.version}"]),
        cwd=staging,
        stdin=quiet,
        stdout=quiet,
        stderr=quiet,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(NPM_SECONDS):
            return await process.wait() == 0
    except TimeoutError:
        return False
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
