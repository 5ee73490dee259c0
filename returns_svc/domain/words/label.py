"""The label that travels with the goods: a page to print, with nothing personal on it."""

from html import escape
from typing import Final

from returns_svc.domain.requests.return_request import Return

_PAGE: Final = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{rma}</title>
<style>
 body {{ font: 14pt sans-serif; margin: 2cm }}
 .number {{ font: bold 40pt monospace; border: 3pt solid; padding: 1cm; text-align: center }}
</style>
<p class="number">{rma}</p>
<p>{order}</p>
<ul>{lines}</ul>
<p>{place}</p>
"""


def label_document(found: Return) -> bytes:
    """Give the page as HTML in UTF-8."""
    lines = "".join(f"<li>{line.quantity} x {escape(line.sku)}</li>" for line in found.lines)
    page = _PAGE.format(
        rma=escape(found.rma),
        order=escape(found.order.ref) if found.order else "",
        lines=lines,
        place=f"→ {escape(found.expected_at)}" if found.expected_at else "",
    )
    return page.encode()
