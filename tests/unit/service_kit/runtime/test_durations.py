from prometheus_client import CollectorRegistry, Histogram, generate_latest

from service_kit.runtime.durations import BOUNDS, Durations

LABELS = ("shelf", "status")


def test_what_prometheus_reads_is_what_its_own_histogram_would_tell() -> None:
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    own = Durations("lend_seconds", "Time to lend.", LABELS, ours)
    other = Histogram("lend_seconds", "Time to lend.", LABELS, buckets=BOUNDS, registry=theirs)
    for seconds in (0.0, 0.001, 0.0011, 0.3, 10.0, 11.0):
        own.add(seconds, "a", "200")
        other.labels("a", "200").observe(seconds)
    own.add(0.2, "b", "500")
    other.labels("b", "500").observe(0.2)

    told = generate_latest(theirs).decode().splitlines()
    assert generate_latest(ours).decode().splitlines() == [
        line for line in told if "lend_seconds_created" not in line
    ]


def test_what_has_not_happened_yet_is_not_told() -> None:
    registry = CollectorRegistry()
    Durations("lend_seconds", "Time to lend.", LABELS, registry)

    assert registry.get_sample_value("lend_seconds_count", {"shelf": "a", "status": "200"}) is None
