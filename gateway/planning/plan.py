"""The query plan: which subgraphs to ask, for what, in which order. Data only, no behaviour.

How it is executed. One JSON tree grows per request. A fetch may start when the fetches it depends
on have ended, well or badly. A root fetch merges its `data` into the root of the tree. An entity
fetch collects the objects at its paths, sends one representation per distinct object, and merges
each returned entity into the objects it came from; with no object to send, it is not sent at all.
Order is all that `depends_on` promises: the second root field of a mutation runs after the first
one failed, while an entity fetch whose inputs never arrived finds no objects and does nothing.
"""

from dataclasses import dataclass
from enum import StrEnum


class OperationKind(StrEnum):
    """The kind of a GraphQL operation."""

    QUERY = "query"
    MUTATION = "mutation"
    SUBSCRIPTION = "subscription"


@dataclass(frozen=True, slots=True)
class ListStep:
    """Into each item of a list (one level: a list of lists takes two steps)."""


@dataclass(frozen=True, slots=True)
class TypeStep:
    """Stay only if the object's `__typename` is one of these; the plan has it fetched before."""

    types: frozenset[str]


PathStep = str | ListStep | TypeStep
"""A step into the JSON tree; a plain string is a response key."""

Path = tuple[PathStep, ...]
"""A way from the root of the tree to objects; a null on the way ends that branch quietly."""


@dataclass(frozen=True, slots=True)
class RepresentationField:
    """One field of a representation: `name` is what is sent, `response_key` where to read it.

    `nullable` false (part of a key, or never null by its type): a null or missing value means that
    the whole object is not sent. `nullable` true (an input of `@requires` that may be null): a
    null or missing value is sent as null. A list keeps its positions, its null items stay null.
    Of an object below only `selections` are sent, by the same rules.
    """

    name: str
    response_key: str
    selections: tuple["RepresentationSelection", ...] = ()
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class RepresentationFragment:
    """Fields sent only when the object's `__typename` is one of `types`."""

    types: frozenset[str]
    selections: tuple["RepresentationSelection", ...]


RepresentationSelection = RepresentationField | RepresentationFragment


@dataclass(frozen=True, slots=True)
class Representation:
    """How to turn one object of the tree into an input of `_entities`.

    `types` are the runtime types (`__typename`) it serves; None serves every object and needs no
    `__typename`. `typename` is sent as `__typename`; None sends the object's own. An object that
    no representation of its call serves is left as it is.
    """

    types: frozenset[str] | None
    typename: str | None
    fields: tuple[RepresentationSelection, ...]


@dataclass(frozen=True, slots=True)
class ContextSource:
    """One place on a call's path where a context may be set.

    It is the object reached by the first `steps` steps of the path, if its type is one of `types`
    (None: whatever it is). The value is the one leaf of `selections` that applies to it.
    """

    steps: int
    types: frozenset[str] | None
    selections: tuple[RepresentationSelection, ...]


@dataclass(frozen=True, slots=True)
class ContextVariable:
    """A variable of a call whose value comes from around each object: from its nearest source.

    Objects with different values go into calls of their own. With `required` (never null by its
    type) an object without a value is not sent.
    """

    variable: str
    type: str
    sources: tuple[ContextSource, ...]

    @property
    def required(self) -> bool:
        """Whether null is no value."""
        return self.type.endswith("!")


@dataclass(frozen=True, slots=True)
class Rename:
    """An alias the plan invented: in each result, move `alias` at `path` to `response_key`.

    `path` starts at the fetch's own result (root data, or one returned entity).
    Only what clients asked for is renamed; hidden inputs keep their reserved alias in the tree.
    """

    path: Path
    alias: str
    response_key: str


@dataclass(frozen=True, order=True, slots=True)
class Condition:
    """A client's Boolean variable that must be true (or, negated, false) for a fetch to be sent."""

    variable: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class EntityCall:
    """One `_entities` field of an entity fetch.

    `response_key` is its key in the answer (`_entities`, or `_e0`, `_e1`… when a fetch has
    several), `variable` the name of its `[_Any!]!` variable (`representations`, or numbered). The
    objects of all `paths` are sent together, equal representations once. A missing answer key
    (skipped by a directive) is no error. With `contexts` the call is repeated under further keys
    and variables for every combination of their values.
    """

    response_key: str
    variable: str
    paths: tuple[Path, ...]
    representations: tuple[Representation, ...]
    renames: tuple[Rename, ...] = ()
    contexts: tuple[ContextVariable, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetch:
    """One request to one subgraph.

    `operation` is the printed document, static; `variables` names the client's variables it uses
    (those of `entity_calls` come on top). `entity_calls` is empty for a root fetch, and `renames`
    are those of a root fetch. It is sent only if all `conditions` hold, and all those of one of the
    `alternatives` if there are any.

    A root fetch with `paths` starts at the query root again: its data is merged into every object
    at those paths (values of the query type itself), and without any it is not sent.
    """

    id: int
    subgraph: str
    kind: OperationKind
    operation: str
    operation_name: str | None
    variables: tuple[str, ...] = ()
    depends_on: tuple[int, ...] = ()
    entity_calls: tuple[EntityCall, ...] = ()
    conditions: tuple[Condition, ...] = ()
    alternatives: tuple[tuple[Condition, ...], ...] = ()
    renames: tuple[Rename, ...] = ()
    paths: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """The fetches of one operation in a topological order; ids count from 0.

    Root `__typename`, `__schema` and `__type` are not in any fetch: the gateway knows the answers.
    A subscription's fetch 0 is the source; the rest runs per event.
    """

    kind: OperationKind
    fetches: tuple[Fetch, ...] = ()
