"""What is asked of every gateway: three operations, each of any world."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson

from bench.gateway.answering import whole_answer

_HEAVY = """
query Heavy($world: Int!) {
  users(world: $world) {
    ...User
    reviews {
      ...Review
      product {
        ...Product
        reviews {
          ...Review
          author { ...User reviews { ...Review product { ...Product } } }
        }
      }
    }
  }
  topProducts(world: $world) {
    ...Product
    reviews {
      ...Review
      author { ...User reviews { ...Review product { ...Product } } }
    }
  }
}
fragment User on User { id username name }
fragment Review on Review { id body }
fragment Product on Product { inStock name price shippingEstimate upc weight }
"""
_SINGLE = "query Single($id: ID!) { user(id: $id) { id name username } }"
_TWO_HOP = """
query TwoHop($world: Int!) {
  topProducts(world: $world) { upc name reviews { id body author { id name } } }
}
"""


@dataclass(frozen=True, slots=True)
class Workload:
    """An operation; `text` is what the tables call it, `requests` how many make a round."""

    name: str
    text: str
    operation: str
    requests: int

    def variables(self, world: int) -> Mapping[str, Any]:
        """Give the variables that ask for a world."""
        return {"id": f"{world}-u0"} if self is SINGLE else {"world": world}

    def body(self, world: int) -> bytes:
        """Give the body of the request."""
        return _body(self, world)

    def answer(self, world: int) -> Any:
        """Give the one right answer."""
        return _answer(self, world)


@cache
def _body(workload: Workload, world: int) -> bytes:
    return orjson.dumps({"query": workload.operation, "variables": workload.variables(world)})


@cache
def _answer(workload: Workload, world: int) -> Any:
    return whole_answer(workload.operation, workload.variables(world))


SINGLE = Workload("single", "one subgraph", _SINGLE, 600)
TWO_HOP = Workload("two_hop", "two hops", _TWO_HOP, 300)
HEAVY = Workload("heavy", "heavy, nested", _HEAVY, 60)
WORKLOADS = (SINGLE, TWO_HOP, HEAVY)
