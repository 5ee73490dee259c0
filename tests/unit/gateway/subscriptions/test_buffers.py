from hypothesis import given
from hypothesis import strategies as st

from gateway.subscriptions.buffers import LosslessBuffer, StateBuffer
from gateway.subscriptions.cursor import LogName
from gateway.subscriptions.happening import Happening
from gateway.subscriptions.occurrence import Delivery, Occurrence

PUT_OR_TAKE = st.lists(st.one_of(st.integers(0, 4), st.none()), max_size=80)
"""A number puts the next version of that entity, None takes what waits longest."""

THINGS = LogName("things")


def item(entity: int, seq: int, position: int) -> Occurrence:
    happening = Happening(f"{entity}/{seq}", f"Thing:{entity}", seq, "", frozenset(), {})
    return Occurrence(Delivery.EVENT, THINGS, (position,), {}, happening)


@given(PUT_OR_TAKE)
def test_lossless_gives_every_item_once_in_order_until_it_refuses(
    steps: list[int | None],
) -> None:
    buffer, seqs, kept, taken = LosslessBuffer(5), dict.fromkeys(range(5), 0), 0, []
    put = []
    for position, step in enumerate(steps):
        if step is None:
            found = buffer.take()
            kept -= found is not None
            taken += [found] if found else []
            continue
        seqs[step] += 1
        new = item(step, seqs[step], position)
        accepted = buffer.put(new)
        assert accepted == (kept < 5)
        put += [new] if accepted else []
        kept += accepted
    while (found := buffer.take()) is not None:
        taken.append(found)

    assert taken == put


@given(PUT_OR_TAKE)
def test_state_gives_each_version_once_in_order_with_none_between(
    steps: list[int | None],
) -> None:
    buffer, seqs, taken = StateBuffer(100), dict.fromkeys(range(5), 0), []
    for position, step in enumerate(steps):
        if step is None:
            taken.append(buffer.take())
        else:
            seqs[step] += 1
            assert buffer.put(item(step, seqs[step], position))
    while (found := buffer.take()) is not None:
        taken.append(found)

    seen = dict.fromkeys(range(5), 0)
    positions = []
    for found in filter(None, taken):
        assert found.happening is not None
        entity = int(found.happening.entity.removeprefix("Thing:"))
        assert found.seq_from == seen[entity] + 1
        assert found.seq is not None
        seen[entity] = found.seq
        positions.append(found.positions)
    assert seen == seqs
    assert positions == sorted(positions)


def test_state_is_full_when_there_are_too_many_entities_and_not_before() -> None:
    buffer = StateBuffer(2)

    accepted = [buffer.put(item(entity, 1, entity)) for entity in (1, 2, 1, 3)]

    assert accepted == [True, True, True, False]


def test_a_reset_keeps_its_place_among_states() -> None:
    buffer = StateBuffer(10)
    reset = Occurrence(Delivery.RESET, THINGS, (2,), {})
    for one in (item(1, 1, 1), reset, item(2, 1, 3)):
        buffer.put(one)

    assert [found.positions for _ in range(3) if (found := buffer.take())] == [(1,), (2,), (3,)]
