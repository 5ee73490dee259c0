from inline_snapshot import snapshot

from tests.support.served_graph import Held, ServedGraph

NEWS = Held(
    """
      type Query { feed: [Entry] story: Story }
      union Entry = Post | Picture
      type Post @key(fields: "id") { id: ID! text: String }
      type Picture @key(fields: "id") { id: ID! url: String }
      type Story @key(fields: "id") { id: ID! lead: Entry @shareable }
    """,
    roots={
        "feed": [
            {"__typename": "Post", "id": "p", "text": "hello"},
            {"__typename": "Picture", "id": "q", "url": "/q"},
        ],
        "story": {"id": "s", "lead": {"__typename": "Picture", "id": "q", "url": "/q"}},
    },
)
LIKES = Held(
    """
      interface Liked { likes: Int }
      type Post implements Liked @key(fields: "id") { id: ID! likes: Int }
      type Video implements Liked { likes: Int }
      type Story @key(fields: "id") { id: ID! lead: Entry @shareable liked: [Liked] }
      union Entry = Post | Video
    """,
    entities={
        "Post": [{"id": "p", "likes": 7}],
        "Story": [
            {
                "id": "s",
                "liked": [{"__typename": "Video", "likes": 1}],
                "lead": {"__typename": "Video", "likes": 1},
            }
        ],
    },
)


async def test_a_fragment_on_an_interface_is_asked_by_the_types_that_can_be_there() -> None:
    served = ServedGraph(news=NEWS, likes=LIKES)

    shown = await served.show(
        "{ feed { __typename ... on Liked { likes } ... on Picture { url } } }"
    )

    assert shown.plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "news" {
      {
        feed {
          __typename
          ... on Post {
            id
          }
          ... on Picture {
            url
          }
        }
      }
    }
    Fetch #1 "likes" after #0 {
      _entities of feed[]
        Post { id }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Post {
            likes
          }
        }
      }
    }
  }
}\
""")
    assert not shown.errors
    assert shown.data == {
        "feed": [
            {"__typename": "Post", "likes": 7},
            {"__typename": "Picture", "url": "/q"},
        ]
    }


async def test_of_a_shared_union_only_members_that_all_know_can_be_asked() -> None:
    served = ServedGraph(news=NEWS, likes=LIKES)

    shown = await served.show(
        "{ story { lead { ... on Picture { url } ... on Video { likes } } } }"
    )

    assert shown.data == {"story": {"lead": {"url": None}}}


async def test_where_only_one_subgraph_serves_an_interface_all_its_types_count() -> None:
    shown = await ServedGraph(news=NEWS, likes=LIKES).show(
        "{ story { liked { likes ... on Post { text } } } }"
    )

    assert shown.data == {"story": {"liked": [{"likes": 1}]}}
