"""The handlers of inventory's due work."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from inventory_svc.domain.alerts.alert import ALERT_ITEMS_WORK, ALERT_RULE_WORK, ALERT_WORK
from inventory_svc.domain.back_in_stock.registration import TELL_WORK, named_list
from inventory_svc.domain.feeds.feed_file import (
    FILE_WORK,
    TIDY_WORK,
    TOP_WORK,
    UNNAMED_WORK,
    FilePass,
)
from inventory_svc.domain.network.source import SILENCE_WORK
from inventory_svc.domain.rules.changeover import CHANGEOVER_WORK
from inventory_svc.domain.stock.inbound.supply import SETTLE_WORK, named_supply
from inventory_svc.domain.stock.reliability import PICKS_WORK
from inventory_svc.domain.stock.reservation import EXPIRY_WORK
from inventory_svc.ports.alerts import AlertRounds
from inventory_svc.ports.back_in_stock import BackInStock
from inventory_svc.ports.network import Freshness, Network
from inventory_svc.ports.rules import RuleNews
from inventory_svc.ports.stock import PickRecords, StockCommits
from inventory_svc.use_cases.alerts.watching import StockWatch
from inventory_svc.use_cases.back_in_stock.tell_waiting import tell_waiting
from inventory_svc.use_cases.feeds.apply_file import apply_file
from inventory_svc.use_cases.feeds.file_steps import FileTools
from inventory_svc.use_cases.feeds.tidy_file import tidy_file
from inventory_svc.use_cases.inbound.settle import settle
from inventory_svc.use_cases.looking_together import LookingTogether
from inventory_svc.use_cases.rules.tell_changeover import tell_changeover
from inventory_svc.use_cases.stock.expire_reservations import expire_reservations
from inventory_svc.use_cases.stock.read_availability import AvailabilitySources
from service_kit.messaging.due_work import DueItem
from service_kit.messaging.due_worker import Handler


def handlers(commits: StockCommits) -> Mapping[str, Handler]:
    """Give the handlers of reservations by the kind of work."""

    async def expire(item: DueItem) -> None:
        """Write the expiry of the reservations that one commit made for the same second."""
        await expire_reservations(_names(item, "reservations"), commits)

    async def renew(item: DueItem) -> None:
        """Settle a supply that has changed, if whoever changed it did not come to it."""
        await settle([named_supply(str(item.payload["supply"]))], commits)

    return {EXPIRY_WORK: expire, SETTLE_WORK: renew}


def alert_handlers(watch: StockWatch, rounds: AlertRounds) -> Mapping[str, Handler]:
    """Give the handlers of alerts by the kind of work."""

    async def assess(item: DueItem) -> None:
        """Look at the watched items that one commit has touched."""
        await watch.look(_names(item, "skus"))

    async def assess_rule(item: DueItem) -> None:
        """Look at a page of the items of a rule, and have the next one looked at."""
        code, after = str(item.payload["rule"]), item.payload["after"]
        last = await watch.look_for_rule(code, None if after is None else str(after))
        if last is not None:
            await rounds.go_on(code, last)

    async def assess_moved(item: DueItem) -> None:
        """Look at items of which other rules speak by now."""
        await watch.look_at_moved(_names(item, "skus"))

    return {ALERT_WORK: assess, ALERT_RULE_WORK: assess_rule, ALERT_ITEMS_WORK: assess_moved}


def pick_handlers(picks: PickRecords) -> Mapping[str, Handler]:
    """Give the handlers of picks by the kind of work."""

    async def count(item: DueItem) -> None:
        """Add up what the picks of a day found that is over."""
        await picks.count(date.fromisoformat(str(item.payload["day"])))

    return {PICKS_WORK: count}


def rule_handlers(news: RuleNews, sources: AvailabilitySources) -> Mapping[str, Handler]:
    """Give the handlers of rules by the kind of work."""

    async def tell(item: DueItem) -> None:
        """Tell of a page of the items whose number a changeover of the rules has changed."""
        at, after = datetime.fromisoformat(str(item.payload["at"])), item.payload["after"]
        await tell_changeover(at, None if after is None else str(after), news, sources)

    return {CHANGEOVER_WORK: tell}


def back_in_stock_handlers(
    lists: BackInStock, sources: AvailabilitySources
) -> Mapping[str, Handler]:
    """Give the handlers of those who wait for items by the kind of work."""

    async def tell_each(names: Sequence[str]) -> None:
        for name in names:
            await tell_waiting(named_list(name), lists, sources)

    together = LookingTogether(tell_each)

    async def tell(item: DueItem) -> None:
        """Tell those whose turn it is on the lists that one commit, or somebody new, concerns."""
        await together.look(_names(item, "lists"))

    return {TELL_WORK: tell}


def source_handlers(freshness: Freshness, network: Network) -> Mapping[str, Handler]:
    """Give the handlers of sources by the kind of work."""

    async def look(item: DueItem) -> None:
        """Look at sources when what they told may be too old; one that is gone tells nothing."""
        sources = (await network.current()).sources
        for code in _names(item, "sources"):
            if code in sources:
                await freshness.look(sources[code])

    return {SILENCE_WORK: look}


def file_handlers(tools: FileTools) -> tuple[Mapping[str, Handler], Mapping[str, Handler]]:
    """Give the handlers of files: of what cannot wait, and of what may take its time."""

    async def top_sellers(item: DueItem) -> None:
        """Apply the lines of a file that cannot wait."""
        await apply_file(str(item.payload["file"]), FilePass.TOP_SELLERS, tools)

    async def others(item: DueItem) -> None:
        """Apply the other lines of a file."""
        await apply_file(str(item.payload["file"]), FilePass.OTHERS, tools)

    async def unnamed(item: DueItem) -> None:
        """Set to zero what a whole file leaves out."""
        await apply_file(str(item.payload["file"]), FilePass.UNNAMED, tools)

    async def tidy(item: DueItem) -> None:
        """Delete what a file was sent in."""
        await tidy_file(str(item.payload["file"]), tools)

    return {TOP_WORK: top_sellers}, {FILE_WORK: others, UNNAMED_WORK: unnamed, TIDY_WORK: tidy}


def _names(item: DueItem, of: str) -> list[str]:
    named = item.payload[of]
    return [str(each) for each in named] if isinstance(named, list | tuple) else []
