"""The floor: what the three operations cost in a program written by hand for each of them.

`python -m bench.gateway.floor PORT ACCOUNTS INVENTORY PRODUCTS REVIEWS` serves POST at /single,
/two_hop and /heavy. Nothing is checked, nothing can fail well: no gateway can be less than this.
"""

import asyncio
import gc
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import aiohttp
import orjson
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.gateway.shop import SUBGRAPHS
from devstack.ports import HOST

_JSON = "application/json"
_HEADERS = {"Content-Type": _JSON, "Accept": _JSON, "Accept-Encoding": "identity"}

_USER = "query ($id: ID!) { user(id: $id) { id name username } }"
_USERS = "query ($world: Int!) { users(world: $world) { id name username } }"
_TOP = "query ($world: Int!) { topProducts(world: $world) { upc name price weight } }"
_TOP_NAMES = "query ($world: Int!) { topProducts(world: $world) { upc name } }"
_REVIEWS = """query ($representations: [_Any!]!) { _entities(representations: $representations) {
  ... on Product { reviews { id body author { id } } } } }"""
_NAMES = """query ($representations: [_Any!]!) { _entities(representations: $representations) {
  ... on User { name } } }"""
_PRODUCTS = """query ($representations: [_Any!]!) { _entities(representations: $representations) {
  ... on Product { name price weight } } }"""
_STOCK = """query ($representations: [_Any!]!) { _entities(representations: $representations) {
  ... on Product { inStock shippingEstimate } } }"""
_NESTED = """query ($users: [_Any!]!, $products: [_Any!]!) {
  users: _entities(representations: $users) { ... on User { reviews { id body product {
    upc reviews { id body author { id username reviews { id body product { upc } } } } } } } }
  products: _entities(representations: $products) { ... on Product { reviews { id body author {
    id username reviews { id body product { upc } } } } } }
}"""

Thing = dict[str, Any]
Answer = Callable[[Mapping[str, Any]], Awaitable[bytes]]


class Floor:
    """The three programs, over one session."""

    def __init__(self, session: aiohttp.ClientSession, ports: Mapping[str, int]) -> None:
        self._session = session
        self._urls = {name: f"http://{HOST}:{port}/graphql" for name, port in ports.items()}
        self._waiting: dict[bytes, asyncio.Future[bytes]] = {}

    async def single(self, variables: Mapping[str, Any]) -> bytes:
        """One request, whose answer is the answer."""
        return await self._bytes("accounts", _USER, variables)

    async def two_hop(self, variables: Mapping[str, Any]) -> bytes:
        """Three requests, one after the other."""
        products = (await self._ask("products", _TOP_NAMES, variables))["topProducts"]
        reviewed = await self._entities("reviews", _REVIEWS, _of_products(products))
        authors: dict[str, list[Thing]] = {}
        for product, found in zip(products, reviewed, strict=True):
            product["reviews"] = found["reviews"]
            for review in found["reviews"]:
                authors.setdefault(review["author"]["id"], []).append(review["author"])
        named = await self._entities("accounts", _NAMES, _of_users(authors))
        for found, same in zip(named, authors.values(), strict=True):
            for author in same:
                author["name"] = found["name"]
        return orjson.dumps({"data": {"topProducts": products}})

    async def heavy(self, variables: Mapping[str, Any]) -> bytes:
        """Six requests: two at once, one, two at once, one."""
        asked = self._ask("accounts", _USERS, variables), self._ask("products", _TOP, variables)
        (users, products) = await asyncio.gather(*asked)
        users, products = users["users"], products["topProducts"]
        user_keys = _of_users(user["id"] for user in users)
        given = {"users": user_keys, "products": _of_products(products)}
        nested = await self._ask("reviews", _NESTED, given)
        seen = _Seen()
        for user, found in zip(users, nested["users"], strict=True):
            user["reviews"] = found["reviews"]
            seen.reviews(found["reviews"])
        for product, found in zip(products, nested["products"], strict=True):
            product["reviews"] = found["reviews"]
            seen.product(product)
            seen.reviews(found["reviews"])
        await asyncio.gather(self._name_users(seen), self._describe_products(seen))
        return orjson.dumps({"data": {"users": users, "topProducts": products}})

    async def shared(self, program: Answer, body: bytes) -> bytes:
        """Let equal requests that are under way have one answer."""
        waiting = self._waiting.get(body)
        if waiting is None:
            variables = orjson.loads(body)["variables"]
            waiting = self._waiting[body] = asyncio.ensure_future(program(variables))
            waiting.add_done_callback(lambda _: self._waiting.pop(body))
        return await waiting

    async def _name_users(self, seen: "_Seen") -> None:
        named = await self._entities("accounts", _NAMES, _of_users(seen.users))
        for found, same in zip(named, seen.users.values(), strict=True):
            for user in same:
                user["name"] = found["name"]

    async def _describe_products(self, seen: "_Seen") -> None:
        keys = [{"__typename": "Product", "upc": upc} for upc in seen.products]
        described = await self._entities("products", _PRODUCTS, keys)
        full = [{**key, **found} for key, found in zip(keys, described, strict=True)]
        stocked = await self._entities("inventory", _STOCK, full)
        for found, stock, same in zip(described, stocked, seen.products.values(), strict=True):
            found.update(stock)
            for product in same:
                product.update(found)

    async def _entities(self, subgraph: str, query: str, keys: list[Thing]) -> list[Thing]:
        answer = await self._ask(subgraph, query, {"representations": keys})
        found: list[Thing] = answer["_entities"]
        return found

    async def _ask(self, subgraph: str, query: str, variables: Mapping[str, Any]) -> Thing:
        data: Thing = orjson.loads(await self._bytes(subgraph, query, variables))["data"]
        return data

    async def _bytes(self, subgraph: str, query: str, variables: Mapping[str, Any]) -> bytes:
        body = orjson.dumps({"query": query, "variables": variables})
        async with self._session.post(self._urls[subgraph], data=body) as response:
            return await response.read()


class _Seen:
    """Every place in the answer where a user or a product stands, by its key."""

    def __init__(self) -> None:
        self.users: dict[str, list[Thing]] = {}
        self.products: dict[str, list[Thing]] = {}

    def reviews(self, reviews: Iterable[Thing]) -> None:
        """Note whoever is below reviews."""
        for review in reviews:
            if product := review.get("product"):
                self.product(product)
                self.reviews(product.get("reviews", ()))
            if author := review.get("author"):
                self.users.setdefault(author["id"], []).append(author)
                self.reviews(author.get("reviews", ()))

    def product(self, product: Thing) -> None:
        """Note a product."""
        self.products.setdefault(product["upc"], []).append(product)


def _of_users(keys: Iterable[str]) -> list[Thing]:
    return [{"__typename": "User", "id": key} for key in keys]


def _of_products(products: Iterable[Thing]) -> list[Thing]:
    return [{"__typename": "Product", "upc": one["upc"]} for one in products]


def _route(name: str, program: Answer) -> Route:
    async def endpoint(request: Request) -> Response:
        asked = orjson.loads(await request.body())
        return Response(await program(asked["variables"]), media_type=_JSON)

    return Route(f"/{name}", endpoint, methods=["POST"])


def _shared_route(floor: Floor) -> Route:
    async def endpoint(request: Request) -> Response:
        return Response(await floor.shared(floor.heavy, await request.body()), media_type=_JSON)

    return Route("/heavy_shared", endpoint, methods=["POST"])


async def serve(port: int, ports: Mapping[str, int]) -> None:
    """Serve until the process is told to end."""
    connector = aiohttp.TCPConnector(limit=100)
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(
        connector=connector, cookie_jar=jar, headers=_HEADERS, auto_decompress=False
    ) as session:
        floor = Floor(session, ports)
        programs = {"single": floor.single, "two_hop": floor.two_hop, "heavy": floor.heavy}
        routes = [_route(name, program) for name, program in programs.items()]
        app = Starlette(routes=[*routes, _shared_route(floor)])
        gc.freeze()
        config = uvicorn.Config(
            app, HOST, port, http="httptools", log_level="warning", access_log=False
        )
        await uvicorn.Server(config).serve()


def main(arguments: list[str]) -> None:
    """Serve at the first port, with the subgraphs at the others."""
    port, *ports = (int(one) for one in arguments)
    uvloop.run(serve(port, dict(zip(SUBGRAPHS, ports, strict=True))))


if __name__ == "__main__":
    main(sys.argv[1:])
