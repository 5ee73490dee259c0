"""The command line of a service on its database."""

import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from pathlib import Path

import pytest


@pytest.mark.parametrize("service", ["inventory_svc", "order_svc"])
async def test_parked_work_is_decided_about_at_the_command_line_of_each_service(
    service: str, mongodb_url: str, database_name: str, redis_url: str, tmp_path: Path
) -> None:
    environment = {
        "MONGODB_URL": mongodb_url,
        "REDIS_URL": redis_url,
        "DATABASE": database_name,
        "TRUSTED_KEYS_FILE": str(tmp_path / "trusted.json"),
        "SIGNING_KEY_FILE": str(tmp_path / "key.pem"),
        "INVENTORY_URL": "http://127.0.0.1:1/graphql",
    }

    async def run(*words: str) -> tuple[int | None, str]:
        command = (sys.executable, "-m", service, *words)
        process = await create_subprocess_exec(*command, env=environment, stdout=PIPE)
        output, _ = await process.communicate()
        return process.returncode, output.decode()

    assert await run("parked") == (0, "Nothing is parked.\n")
    assert await run("discard", "one") == (1, "Nothing is parked under one.\n")
