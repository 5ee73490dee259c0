"""Reading, previewing, publishing and undoing the rules of the stock."""

from datetime import datetime
from typing import Annotated, TypeVar

import strawberry

from inventory_svc.api import payloads, rule_inputs
from inventory_svc.api.access import BACK_OFFICE, RULE_MAKERS
from inventory_svc.api.context import Info
from inventory_svc.api.enums import ErrorCode
from inventory_svc.api.rule_types import (
    StockRuleChange,
    StockRuleSet,
    StockRulesPreview,
    StockRulesPublishPayload,
    StockRulesUndoPayload,
)
from inventory_svc.domain.rules.rule_set import RuleSet
from inventory_svc.ports.rules import RuleOutcome
from inventory_svc.use_cases.rules.preview_rules import Preview, WantedPreview, preview_rules
from inventory_svc.use_cases.rules.publish_rules import (
    WantedPublication,
    WantedUndo,
    publish_rules,
    undo_rules,
)
from service_kit.commands.idempotency import Outcome
from service_kit.commands.refusal import Refusal, RefusedAll, refusals_in
from service_kit.graphql.connections import (
    After,
    Connection,
    Cursor,
    First,
    PageArguments,
    connection_of,
)
from service_kit.graphql.fields import mutation_field, query_field
from service_kit.graphql.idempotency import idempotent_request
from service_kit.graphql.payloads import user_errors_of


@strawberry.type
class RuleQueries:
    """What can be read of the rules."""

    @query_field(
        *BACK_OFFICE,
        description="The rules of the stock: those that count now, or those of a version, or those "
        "that counted at a moment.",
    )
    async def stock_rules(
        self,
        info: Info,
        version: Annotated[
            int | None, strawberry.argument(description="This version, even if it does not count.")
        ] = None,
        as_of: Annotated[
            datetime | None, strawberry.argument(description="The version that counted then.")
        ] = None,
    ) -> StockRuleSet | None:
        """Find one version."""
        rules = info.context.inventory.rules
        if version is not None:
            found = await rules.version(version)
            return None if found is None else StockRuleSet.of(found)
        if as_of is not None:
            return StockRuleSet.of(await rules.in_force_at(as_of))
        return StockRuleSet.of(await rules.in_force(info.context.clock.now()))

    @query_field(*BACK_OFFICE, description="All versions of the rules of the stock, newest first.")
    async def stock_rule_versions(
        self, info: Info, first: First = None, after: After = None
    ) -> Connection[StockRuleSet] | None:
        """Page through the versions."""
        page = PageArguments.of("stockRuleVersions", first, after)
        before = None if page.after is None else page.after.number
        found = await info.context.inventory.rules.versions(before, page.fetch)
        return connection_of(found, page, cursor_of=_version_cursor, node_of=StockRuleSet.of)

    @query_field(
        *RULE_MAKERS,
        description="Which items would have another number by changed rules, and by how much; "
        "nothing is published. Looks at `first` items at a time.",
    )
    async def stock_rules_preview(
        self,
        info: Info,
        input: Annotated[
            rule_inputs.StockRulesPreviewInput,
            strawberry.argument(description="The changes."),
        ],
        first: First = None,
        after: After = None,
    ) -> StockRulesPreview | None:
        """Compare the latest version with the changed one."""
        page = PageArguments.of("stockRulesPreview", first, after)
        try:
            wanted = WantedPreview(
                rule_inputs.changes_of(input.save, input.remove),
                input.effective_from,
                input.at,
                page.limit,
                None if page.after is None else page.after.text,
            )
            return _shown(await preview_rules(wanted, info.context.loaders.sources))
        except (Refusal, RefusedAll) as refused:
            outcome = Outcome(refusals=refusals_in(refused))
            return StockRulesPreview(user_errors=user_errors_of(ErrorCode, outcome))


@strawberry.type
class RuleMutations:
    """What can be changed of the rules."""

    @mutation_field(
        *RULE_MAKERS,
        description="Publish a new version of the rules of the stock: the latest one with changes. "
        "It counts within a second on every process.",
        refused=payloads.refused(StockRulesPublishPayload),
    )
    async def stock_rules_publish(
        self,
        info: Info,
        input: Annotated[
            rule_inputs.StockRulesPublishInput, strawberry.argument(description="The changes.")
        ],
    ) -> StockRulesPublishPayload | None:
        """Make one version of all the changes, or none."""
        inventory = info.context.inventory
        outcome = await publish_rules(
            idempotent_request(info, "stockRulesPublish", input),
            info.context.caller.subject,
            WantedPublication(
                rule_inputs.changes_of(input.save, input.remove),
                input.effective_from,
                input.expected_version,
                input.note,
            ),
            inventory.rules,
            inventory.network,
            inventory.catalogue,
            info.context.clock,
        )
        return _answered(StockRulesPublishPayload, outcome)

    @mutation_field(
        *RULE_MAKERS,
        description="Publish the rules of an earlier version anew; they count at once.",
        refused=payloads.refused(StockRulesUndoPayload),
    )
    async def stock_rules_undo(
        self,
        info: Info,
        input: Annotated[
            rule_inputs.StockRulesUndoInput, strawberry.argument(description="Which version.")
        ],
    ) -> StockRulesUndoPayload | None:
        """Make one version more, with rules as they were."""
        outcome = await undo_rules(
            idempotent_request(info, "stockRulesUndo", input),
            info.context.caller.subject,
            WantedUndo(input.version, input.expected_version, input.note),
            info.context.inventory.rules,
            info.context.clock,
        )
        return _answered(StockRulesUndoPayload, outcome)


PayloadT = TypeVar("PayloadT", StockRulesPublishPayload, StockRulesUndoPayload)


def _answered(payload: type[PayloadT], outcome: RuleOutcome) -> PayloadT:
    return payload(
        rule_set=None if outcome.published is None else StockRuleSet.of(outcome.published),
        user_errors=user_errors_of(ErrorCode, Outcome(refusals=outcome.refusals)),
    )


def _shown(preview: Preview) -> StockRulesPreview:
    compared = preview.compared
    last = compared.last
    return StockRulesPreview(
        version=preview.version,
        changes=[StockRuleChange.of(each) for each in compared.changes],
        examined_skus=compared.examined,
        omitted_sales=preview.omitted_sales,
        has_next_page=compared.has_more,
        end_cursor=None if last is None else Cursor("stockRulesPreview", (last,)).encode(),
        user_errors=[],
    )


def _version_cursor(rules: RuleSet) -> Cursor:
    return Cursor("stockRuleVersions", (rules.version,))
