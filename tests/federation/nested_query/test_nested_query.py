from inline_snapshot import snapshot

from tests.support.served_graph import Held, ServedGraph

SHOP = Held(
    """
      type Query { shops: [Shop!]! totals: Totals }
      type Mutation { rename(name: String!): Renamed close: Renamed! }
      type Renamed { name: String query: Query! }
      type Shop { name: String back: Query more: [Query] }
      type Totals { shops: Int }
    """,
    roots={
        "shops": [
            {"name": "north", "back": {}, "more": [{}, None, {}]},
            {"name": "south", "back": None, "more": []},
        ],
        "totals": {"shops": 2},
        "rename": lambda name: {"name": name, "query": {}},
        "close": {"name": None, "query": {}},
    },
)
NEWS = Held(
    "type Query { news(first: Int): [Article!] } type Article { title: String }",
    roots={"news": lambda first=9: [{"title": "rain"}, {"title": "sun"}][:first]},
)


def graph() -> ServedGraph:
    return ServedGraph(shop=SHOP, news=NEWS)


async def test_the_root_in_a_payload_is_entered_again_in_the_subgraph_that_has_the_field() -> None:
    shown = await graph().show(
        'mutation { rename(name: "west") { query { totals { shops } news(first: 1) { title } } } }'
    )
    assert shown.plan == snapshot("""\
QueryPlan {
  Sequence {
    Mutation #0 "shop" {
      mutation {
        rename(name: "west") {
          query {
            totals {
              shops
            }
          }
        }
      }
    }
    Fetch #1 "news" after #0 {
      into rename.query
      {
        news(first: 1) {
          title
        }
      }
    }
  }
}\
""")
    assert shown.data == {
        "rename": {"query": {"totals": {"shops": 2}, "news": [{"title": "rain"}]}}
    }
    assert not shown.errors


async def test_every_root_in_a_list_gets_its_own_copy_of_one_answer() -> None:
    served = graph()

    shown = await served.show("{ shops { name more { news(first: 1) { title } __typename } } }")

    root = {"news": [{"title": "rain"}], "__typename": "Query"}
    assert shown.data == {
        "shops": [{"name": "north", "more": [root, None, root]}, {"name": "south", "more": []}]
    }
    assert [name for name, _ in served.asked] == ["shop", "news"]


async def test_no_request_is_sent_where_no_object_leads_back_to_the_root() -> None:
    served = ServedGraph(
        shop=Held(SHOP.sdl, roots={"shops": [{"name": "south", "back": None}]}), news=NEWS
    )

    shown = await served.show("{ shops { back { news { title } } } }")

    assert shown.data == {"shops": [{"back": None}]}
    assert [name for name, _ in served.asked] == ["shop"]


async def test_roots_below_roots_are_entered_again_and_again() -> None:
    shown = await graph().show(
        "{ shops { back { shops { back { news { title } totals { shops } } } } } }"
    )
    below = {"news": [{"title": "rain"}, {"title": "sun"}], "totals": {"shops": 2}}
    inner = {"shops": [{"back": below}, {"back": None}]}
    assert shown.data == {"shops": [{"back": inner}, {"back": None}]}


async def test_a_failure_below_a_root_on_the_way_is_told_where_it_stands() -> None:
    def fail(first: int) -> None:
        raise ValueError(f"no {first} news")

    served = ServedGraph(shop=SHOP, news=Held(NEWS.sdl, roots={"news": fail}))

    shown = await served.show(
        'mutation { rename(name: "w") { name query { news(first: 1) { title } } } }'
    )

    assert shown.data == {"rename": {"name": "w", "query": {"news": None}}}
    assert [error["path"] for error in shown.errors] == [["rename", "query", "news"]]


async def test_a_root_is_entered_again_through_an_interface_and_a_union() -> None:
    led = [{"__typename": "Door", "out": {}}, {"__typename": "Wall", "out": {}}, None]
    served = ServedGraph(
        house=Held(
            """
              type Query { exits: [Exit] things: [Thing] }
              interface Exit { out: Query! }
              union Thing = Door | Wall
              type Door implements Exit { out: Query! }
              type Wall implements Exit { out: Query! }
            """,
            roots={"exits": led, "things": led},
        ),
        news=NEWS,
    )

    shown = await served.show(
        """{ exits { out { news(first: 1) { title } } }
             things { ... on Door { out { news(first: 2) { title } } } } }"""
    )

    rain, sun = {"title": "rain"}, {"title": "sun"}
    assert not shown.errors
    assert shown.data == {
        "exits": [{"out": {"news": [rain]}}, {"out": {"news": [rain]}}, None],
        "things": [{"out": {"news": [rain, sun]}}, {}, None],
    }


NODES = Held(
    """
      type Query implements Node { id: ID! nodes: [Node] }
      interface Node { id: ID! }
      type Post implements Node @key(fields: "id") { id: ID! }
      type Note implements Node { id: ID! title: String }
    """,
    roots={
        "id": "root",
        "nodes": [
            {"__typename": "Post", "id": "1"},
            {"__typename": "Query", "id": "root"},
            {"__typename": "Note", "id": "2", "title": None},
        ],
    },
)
TITLES = """{ nodes { ... on Query { title } ... on Post { title } ... on Note { title } } }"""


async def test_the_root_among_other_objects_is_entered_apart_from_their_entities() -> None:
    served = ServedGraph(
        shop=NODES,
        news=Held(
            'type Query { title: String } type Post @key(fields: "id") { id: ID! title: String }',
            roots={"title": "news of the day"},
            entities={"Post": [{"id": "1", "title": "rain"}]},
        ),
    )

    shown = await served.show(TITLES)

    assert not shown.errors
    assert shown.data == {
        "nodes": [{"title": "rain"}, {"title": "news of the day"}, {"title": None}]
    }
    assert "into nodes[]{Query}" in shown.plan


async def test_what_the_root_gives_is_nothing_to_the_other_objects_beside_it() -> None:
    def fail() -> None:
        raise ValueError("no news")

    news = "type Query { title: String }"
    posts = Held(
        'type Post @key(fields: "id") { id: ID! title: String }',
        entities={"Post": [{"id": "1", "title": "rain"}]},
    )
    served = ServedGraph(shop=NODES, news=Held(news, roots={"title": fail}), posts=posts)

    shown = await served.show(TITLES)

    assert shown.data == {"nodes": [{"title": "rain"}, {"title": None}, {"title": None}]}
    assert [error["path"] for error in shown.errors] == [["nodes", 1, "title"]]


async def test_no_root_is_entered_where_all_objects_are_others() -> None:
    shop = Held(NODES.sdl, roots={"nodes": NODES.roots["nodes"][::2]})
    served = ServedGraph(shop=shop, news=Held("type Query { title: String }"))

    shown = await served.show("{ nodes { ... on Query { title } ... on Note { title } } }")

    assert shown.data == {"nodes": [{}, {"title": None}]}
    assert [name for name, _ in served.asked] == ["shop"]
