from service_kit.identity.bounded_cache import BoundedCache


def test_the_least_recently_used_value_is_forgotten_first() -> None:
    cache: BoundedCache[str, int] = BoundedCache(2)
    cache.put("a", 1)
    cache.put("b", 2)
    cache.get("a")
    cache.put("c", 3)

    assert cache.get("b") is None
    assert cache.get("a") == 1
    assert len(cache) == 2


def test_a_value_can_be_replaced_and_forgotten() -> None:
    cache: BoundedCache[str, int] = BoundedCache(2)
    cache.put("a", 1)
    cache.put("a", 2)
    assert cache.get("a") == 2

    cache.forget("a")
    cache.forget("never here")
    assert cache.get("a") is None


def test_keys_that_weigh_much_leave_room_for_few_and_none_that_is_too_heavy_stays() -> None:
    cache: BoundedCache[str, int] = BoundedCache(6, len)
    for key in ("ab", "cd", "cd", "ef"):
        cache.put(key, 1)
    assert len(cache) == 3

    cache.put("ghij", 1)
    assert [key for key in ("ab", "cd", "ef", "ghij") if cache.get(key)] == ["ef", "ghij"]

    cache.put("too heavy", 1)
    assert len(cache) == 0
    cache.put("ab", 1)
    assert cache.get("ab") == 1
