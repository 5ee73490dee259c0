"""The service that docs/services.md adds is one, as it stands there."""

import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from graphql import GraphQLObjectType, build_schema

from devstack.keys import ensure_keys, key_file, trusted_file
from gateway.cli.compose import run as run_compose
from retail_kit.roles import Role
from service_kit.identity.caller import Caller, CallerKind
from service_kit.identity.keys import SigningKey
from service_kit.identity.tokens import CallerSigner
from service_kit.runtime.clock import SystemClock
from tests.support.system_process import SystemProcess

ROOT = Path(__file__).parents[3]
SERVICES = ("inventory_svc", "order_svc", "returns_svc", "appointments_svc")
FILES = re.compile(r"^`(care_svc/\S+)`:\n\n```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
CARE = """
  query ($of: [_Any!]!) { _entities(representations: $of) { ... on Item { sku care } } }
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the page, where they belong."""
    folder = tmp_path_factory.mktemp("fifth")
    for name, text in FILES.findall((ROOT / "docs" / "services.md").read_text(encoding="utf-8")):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        (file.parent / "__init__.py").write_text('"""Care."""\n', encoding="utf-8")
        file.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def environment(folder: Path) -> dict[str, str]:
    return {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}


def test_it_composes_with_the_others(environment: dict[str, str], tmp_path: Path) -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "care_svc", "schema"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    own, public = tmp_path / "care_svc.graphql", tmp_path / "public.graphql"
    own.write_text(printed.stdout, encoding="utf-8")
    files = {name: ROOT / "schema" / f"{name}.graphql" for name in SERVICES} | {"care_svc": own}
    subgraphs = [f"{name}={at}@http://{name}/graphql" for name, at in files.items()]

    assert run_compose([*subgraphs, f"--output={tmp_path}/all", f"--public={public}"], {}) == 0

    item = build_schema(public.read_text(encoding="utf-8")).type_map["Item"]
    assert isinstance(item, GraphQLObjectType)
    assert item.fields["care"].description == "How it is looked after."


async def test_it_answers_what_the_gateway_asks_it(
    environment: dict[str, str],
    mongodb_url: str,
    redis_url: str,
    database_name: str,
    tmp_path: Path,
) -> None:
    keys = tmp_path / "keys"
    ensure_keys(keys)
    settings = {
        "MONGODB_URL": mongodb_url,
        "REDIS_URL": redis_url,
        "TRUSTED_KEYS_FILE": str(trusted_file(keys)),
        "CARE_DATABASE": database_name,
    }
    clock = SystemClock()
    signer = CallerSigner(
        SigningKey.from_pem_file("gateway", key_file(keys, "gateway")), "gateway", clock
    )
    somebody = Caller(
        subject="",
        kind=CallerKind.ANONYMOUS,
        roles=frozenset({Role.VISITOR}),
        grants=frozenset(),
        expires_at=clock.now() + timedelta(hours=1),
    )
    signed = {"Authorization": f"Bearer {signer.sign(somebody, 'care_svc')}"}
    asked = {"__typename": "Item", "sku": "COAT", "category": "coats"}
    process = SystemProcess("care_svc", environment | settings, tmp_path / "log")
    process.start()
    try:
        await process.until_ready()
        async with aiohttp.ClientSession() as session:
            body = {"query": CARE, "variables": {"of": [asked]}}
            async with session.post(process.graphql_url, json=body, headers=signed) as response:
                answer = await response.json()
    finally:
        process.kill()

    care = ["Dry clean only.", "Hang to dry."]
    assert answer == {"data": {"_entities": [{"sku": "COAT", "care": care}]}}
