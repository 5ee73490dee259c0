"""`python -m bench.gateway` measures Tutti's gateway and the floor alone, in a minute."""

import os

import uvloop

from bench.gateway.speed import gateway_speed


def main() -> None:
    """Measure, and print the tables."""
    for name, text in uvloop.run(gateway_speed(dict(os.environ), beside=False)).items():
        print(f"\n{name}\n\n{text}")


if __name__ == "__main__":
    main()
