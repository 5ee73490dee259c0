import json

import pytest

from order_svc.domain.errands import EFFECTS, effect_of, kind_of, to_payload
from order_svc.domain.fulfilments.fulfilment import ShortReason
from order_svc.domain.stock_effects import (
    ConsumeStock,
    CorrectStock,
    ReleaseStock,
    SourceLine,
    StockEffect,
    StockLine,
)

LINE = StockLine("o1.l1", "S1", 2)
ALL: list[StockEffect] = [
    ConsumeStock("k", "o1", "r1", (LINE,)),
    ReleaseStock("k", "o1", "r1", (LINE, LINE)),
    CorrectStock("k", "o1", "r1", LINE, ShortReason.DAMAGED, 3),
    SourceLine("k", "o1", "o1.l1", 2),
    SourceLine("k", "o1", "o1.l1", 2, kept=True),
]


@pytest.mark.parametrize("effect", ALL)
def test_an_effect_kept_as_json_is_the_same_effect_again(effect: StockEffect) -> None:
    kept = json.loads(json.dumps(to_payload(effect)))
    assert effect_of(kind_of(effect), "k", kept) == effect


def test_every_kind_of_effect_has_a_kind_of_due_work() -> None:
    assert {kind_of(effect) for effect in ALL} == set(EFFECTS)
