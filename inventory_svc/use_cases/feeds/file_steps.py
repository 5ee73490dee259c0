"""What every step of applying a file needs: its tools, and one commit whose lines are counted."""

from dataclasses import dataclass

from inventory_svc.domain.feeds.feed_file import FeedFile, LineCounts
from inventory_svc.domain.feeds.file_lines import UnreadableFile
from inventory_svc.domain.stock.commands import FeedStock
from inventory_svc.ports.catalogue import Catalogue
from inventory_svc.ports.feeds import FeedFiles, UnnamedPositions
from inventory_svc.ports.network import Freshness, Network
from inventory_svc.ports.stock import StockCommits, StockSurvey
from service_kit.commands.line_results import LineStatus
from service_kit.commands.refusal import RefusedAll
from service_kit.runtime.clock import Clock


@dataclass(frozen=True, slots=True)
class FileTools:
    """What a file is applied with."""

    files: FeedFiles
    catalogue: Catalogue
    network: Network
    stock: StockSurvey
    commits: StockCommits
    unnamed: UnnamedPositions
    freshness: Freshness
    clock: Clock


async def counted_lines(command: FeedStock, commits: StockCommits) -> LineCounts:
    """Commit a step and count what became of its lines; raise RefusedAll if it is refused whole."""
    decided = await commits.submit(command)
    if decided.outcome.refusals:
        raise RefusedAll(decided.outcome.refusals)
    applied, unchanged, rejected = (
        _count(decided.outcome.values.get(status.value))
        for status in (LineStatus.APPLIED, LineStatus.UNCHANGED, LineStatus.REJECTED)
    )
    return LineCounts(applied, unchanged, rejected)


async def fail_file(file: FeedFile, error: UnreadableFile, tools: FileTools) -> None:
    """End a file where it stands, unless somebody else has moved it meanwhile."""
    await tools.files.save(file, file.failed(str(error), tools.clock.now()))


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0
