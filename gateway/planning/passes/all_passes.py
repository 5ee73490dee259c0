"""The passes in their order."""

from collections.abc import Callable

from gateway.planning.drafts import Drafts
from gateway.planning.graph import QueryGraph
from gateway.planning.passes.join_calls import join_calls
from gateway.planning.passes.share_requests import share_requests

Pass = Callable[[Drafts, QueryGraph], None]

ALL_PASSES: tuple[Pass, ...] = (join_calls, share_requests)
