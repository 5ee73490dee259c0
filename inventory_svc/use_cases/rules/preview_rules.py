"""Say what a change of the rules would change, before it is published."""

from dataclasses import dataclass
from datetime import datetime

from inventory_svc.domain.rules.checking import require_publishable
from inventory_svc.domain.rules.preview import affected
from inventory_svc.domain.rules.rule_set import Publication, RuleChanges, difference, published
from inventory_svc.domain.stock.availability.policy import Policy
from inventory_svc.use_cases.rules.comparing import Compared, Page, compare
from inventory_svc.use_cases.rules.naming import known_names
from inventory_svc.use_cases.stock.read_availability import AvailabilitySources


@dataclass(frozen=True, slots=True)
class WantedPreview:
    """Changes to the latest version, as of a moment: now, or when they take effect.

    A page looks at up to `limit` SKUs after one; at fewer if each is sold in many ways.
    """

    changes: RuleChanges
    effective_from: datetime | None = None
    at: datetime | None = None
    limit: int = 20
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What one page of SKUs would change, and how much was left out.

    `version` is the one that the changes were compared with.
    """

    version: int
    compared: Compared
    omitted_sales: int


async def preview_rules(wanted: WantedPreview, sources: AvailabilitySources) -> Preview:
    """Compare, SKU by SKU, what can be promised by the latest rules and by the changed ones.

    Raises RefusedAll as the publication would.
    """
    now = sources.clock.now()
    known = await known_names(wanted.changes, sources.network, sources.catalogue)
    current = await sources.rules.latest()
    asked = Publication("", now, wanted.effective_from)
    publication = asked.following(current, sources.clock.now())
    require_publishable(current, wanted.changes, known, publication)
    following = published(current, wanted.changes, publication)
    moment = wanted.at or wanted.effective_from or now
    before = Policy.at(known.directory, current, moment)
    after = Policy.at(known.directory, following, moment)
    about = affected(difference(current, following), known.directory)
    page = Page(about, wanted.limit, wanted.after)
    compared = await compare(page, before, after, moment, sources)
    return Preview(current.version, compared, about.omitted)
