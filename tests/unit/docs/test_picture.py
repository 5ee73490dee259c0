"""The picture of the graph is that of the schemas."""

from xml.etree import ElementTree as ET

from tests.support.picture import PICTURE, picture

TEXT = "{http://www.w3.org/2000/svg}text"


def test_the_picture_is_that_of_the_schemas() -> None:
    assert PICTURE.read_text(encoding="utf-8") == picture(), "run make schema"


def test_the_picture_shows_who_contributes_what() -> None:
    texts = ET.fromstring(picture()).findall(TEXT)  # noqa: S314  # our own
    colours = {one.text: one.get("fill") for one in texts}

    assert colours["returnableQuantity"] == colours["returns_svc"]
    assert colours["slots"] == colours["appointments_svc"]
    assert "_entities" not in colours
