"""Whatever keeps documents passes these: a folder, and a bucket (in memory here)."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from obstore.store import MemoryStore, S3Store
from starlette.applications import Starlette

from service_kit.outbound.object_bucket import BucketObjects
from service_kit.outbound.object_folder import FolderObjects
from service_kit.outbound.object_routes import object_routes
from service_kit.outbound.objects import ObjectStore, StoredObject
from service_kit.runtime.clock import SettableClock
from service_kit.runtime.settings import Secret
from tests.support.asgi import ask

LABEL = StoredObject(b"<p>R-1</p>", "text/html; charset=utf-8")
KEY = "labels/r1.html"


@pytest.fixture
def folder(tmp_path: Path, clock: SettableClock) -> FolderObjects:
    """A folder of documents."""
    return FolderObjects(tmp_path, "http://documents.test", Secret("secret"), clock)


@pytest.fixture(params=["folder", "bucket"])
def objects(request: pytest.FixtureRequest, folder: FolderObjects) -> ObjectStore:
    """Something that keeps documents."""
    return folder if request.param == "folder" else BucketObjects(MemoryStore())


async def test_a_document_is_given_back_with_its_type(objects: ObjectStore) -> None:
    assert await objects.get(KEY) is None
    await objects.put(KEY, LABEL)
    assert await objects.get(KEY) == LABEL


async def test_a_later_document_takes_the_place_of_an_earlier_one(objects: ObjectStore) -> None:
    await objects.put(KEY, StoredObject(b"old", "text/plain"))
    await objects.put(KEY, LABEL)
    assert await objects.get(KEY) == LABEL


async def test_the_address_in_a_bucket_is_signed_and_ends() -> None:
    bucket = S3Store(
        "documents",
        config={"region": "eu-west-3", "access_key_id": "id", "secret_access_key": "key"},
    )
    url = await BucketObjects(bucket).url(KEY, timedelta(minutes=5))
    asked = parse_qs(urlsplit(url).query)
    assert urlsplit(url).path.endswith(KEY)
    assert asked["X-Amz-Expires"] == ["300"]
    assert asked["X-Amz-Signature"]


@pytest.mark.parametrize("key", ["../secret", "/etc/passwd", "a//b", "a/.hidden", "", "a/../b"])
async def test_a_key_never_leads_out_of_the_folder(folder: FolderObjects, key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        await folder.put(key, LABEL)
    assert not folder.is_signed(key, "1", "")


async def test_a_signed_address_is_served_until_its_time_is_over_and_no_other(
    folder: FolderObjects, clock: SettableClock
) -> None:
    await folder.put(KEY, LABEL)
    await folder.put("labels/r2.html", LABEL)
    app = Starlette(routes=object_routes(folder))
    url = urlsplit(await folder.url(KEY, timedelta(minutes=15)))

    served = await ask(app, url.path, query=url.query)
    assert (served.status, served.body) == (200, LABEL.content)
    assert served.headers["content-type"] == LABEL.content_type
    assert served.headers["x-content-type-options"] == "nosniff"
    assert (await ask(app, url.path)).status == 404
    assert (await ask(app, "/objects/labels/r2.html", query=url.query)).status == 404
    later = url.query.replace("expires=", "expires=9")
    assert (await ask(app, url.path, query=later)).status == 404

    clock.advance(timedelta(minutes=15, seconds=1))
    assert (await ask(app, url.path, query=url.query)).status == 404
