"""``@tool``: from one typed function, all that callers and the bus need to know of it."""

import hashlib
import importlib
import inspect
import pkgutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Generic, TypeVar, get_type_hints

import orjson
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from pydantic.fields import FieldInfo

from pam_shared.contracts.identity import Role
from pam_shared.contracts.tools import Effect, ToolManifest, Visibility
from pam_shared.tools.context import ToolContext

DEFAULT_TIMEOUT = 8.0
EVERYBODY = frozenset({Role.MEMBER, Role.ADMIN})
ADMINS = frozenset({Role.ADMIN})
OPERATORS = frozenset({Role.ADMIN, Role.SYSTEM})
ID_FROM = "x-id-from"
"""In a schema: which tool's result such an id is found in, and where, as ``tool:path``."""
ID_SHARED = "x-id-shared"
"""In a schema: other members may use such an id too, although a member made what it stands for."""


class Arguments(BaseModel):
    """Base of a tool's input model: unknown arguments are refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Result(BaseModel):
    """Base of a tool's output model."""

    message: str = Field(description="The result in a sentence, as it may be said to the member.")

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing to find: told apart from failures. Override where it can happen."""
        return False


In = TypeVar("In", bound=Arguments)
Out = TypeVar("Out", bound=Result)
ToolFunction = Callable[[ToolContext, In], Awaitable[Out]]


@dataclass(frozen=True)
class Tool(Generic[In, Out]):
    """A tool, ready to be served. Call it like the function it was made from."""

    run: ToolFunction[In, Out]
    input_model: type[In]
    output_model: type[Out]
    effect: Effect
    timeout: float
    roles: frozenset[Role]
    aliases: tuple[str, ...]
    version: int
    visibility: Visibility
    calls_per_minute: int | None
    records: str

    @property
    def name(self) -> str:
        """The name the model and members' clients use; a version kept beside a newer one ends in ``_v<version>``."""
        return self.run.__name__.removesuffix(f"_v{self.version}")

    async def __call__(self, ctx: ToolContext, args: In) -> Out:
        """Run the tool's function."""
        return await self.run(ctx, args)

    def manifest(self, domain: str) -> ToolManifest:
        """Return what discovery tells of this tool."""
        manifest = ToolManifest(
            name=self.name,
            domain=domain,
            version=self.version,
            title=self.name.replace("_", " ").capitalize(),
            description=inspect.getdoc(self.run) or "",
            input_schema=_plain(self.input_model.model_json_schema()),
            output_schema=_plain(self.output_model.model_json_schema(mode="serialization")),
            effect=self.effect,
            timeout=self.timeout,
            records=self.records or f"your {domain} records",
            roles=self.roles,
            visibility=self.visibility,
            calls_per_minute=self.calls_per_minute,
            aliases=list(self.aliases),
        )
        return manifest.model_copy(update={"schema_hash": schema_hash(manifest)})


def tool(  # noqa: PLR0913 - keywords, of which a tool names those it differs in
    *,
    effect: str,
    timeout: float = DEFAULT_TIMEOUT,
    roles: frozenset[Role] = EVERYBODY,
    aliases: tuple[str, ...] = (),
    version: int = 1,
    visibility: str = "llm",
    calls_per_minute: int | None = None,
    records: str = "",
) -> Callable[[ToolFunction[In, Out]], Tool[In, Out]]:
    """Declare a tool.

    ``effect`` is ``read``, ``write`` or ``destructive`` (asks the member first); ``timeout`` in seconds; ``visibility``
    is ``llm``, ``admin`` or ``internal``; ``calls_per_minute`` bounds what one member may do with a tool that writes.
    ``records`` is what a member is told a result comes from that cites nothing, as in "your expenses".
    The function takes a ToolContext and an Arguments subclass, returns a Result subclass, and has a docstring that
    tells the model what the tool is for. Raises TypeError where it does not.
    """

    def declare(function: ToolFunction[In, Out]) -> Tool[In, Out]:
        given, returned = _models(function)
        if calls_per_minute and Effect(effect) is Effect.READ:
            raise TypeError(f"The tool {function.__name__} only reads: calls_per_minute counts calls that write.")
        return Tool(
            run=function,
            input_model=given,
            output_model=returned,
            effect=Effect(effect),
            timeout=timeout,
            roles=roles,
            aliases=aliases,
            version=version,
            visibility=Visibility(visibility),
            calls_per_minute=calls_per_minute,
            records=records,
        )

    return declare


def id_from(tool_name: str, path: str, *, shared: bool = False) -> FieldInfo:
    """Return an annotation for an id: in which tool's ``data`` it is found, and where, such as ``items.0.id``.

    An id that a member's own call made is private to them, unless it is ``shared``.
    """
    extra: dict[str, JsonValue] = {ID_FROM: f"{tool_name}:{path}", **({ID_SHARED: True} if shared else {})}
    annotation: FieldInfo = Field(json_schema_extra=extra)
    return annotation


def find_tools(package: ModuleType) -> list[Tool[Any, Any]]:
    """Return the tools of a worker's ``tools`` package: one a file, by name."""
    modules = [
        importlib.import_module(f"{package.__name__}.{info.name}") for info in pkgutil.iter_modules(package.__path__)
    ]
    found = [item for module in modules for item in vars(module).values() if isinstance(item, Tool)]
    versions = {(item.name, item.version): item for item in found}
    return [versions[key] for key in sorted(versions)]


def schema_hash(manifest: ToolManifest) -> str:
    """Return twelve hex digits that change when what callers rely on changes."""
    relied_on = [manifest.name, manifest.version, manifest.input_schema, manifest.output_schema, manifest.effect]
    return hashlib.sha256(orjson.dumps(relied_on, option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]


def _models(function: Callable[..., Any]) -> tuple[type[Any], type[Any]]:
    name = getattr(function, "__name__", repr(function))
    hints = get_type_hints(function)
    returned = hints.pop("return", None)
    given = [hint for hint in hints.values() if inspect.isclass(hint) and issubclass(hint, Arguments)]
    if len(given) != 1:
        raise TypeError(f"The tool {name} must take exactly one Arguments model besides its ToolContext.")
    if not (inspect.isclass(returned) and issubclass(returned, Result)):
        raise TypeError(f"The tool {name} must return a Result model.")
    if not inspect.getdoc(function):
        raise TypeError(f"The tool {name} needs a docstring: it is what the model is told.")
    return given[0], returned


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Leave out the titles pydantic makes from names: they tell the model nothing and cost tokens."""
    return {key: _without_titles(value) for key, value in schema.items() if key not in {"title", "description"}}


def _without_titles(node: Any) -> Any:
    if isinstance(node, list):
        return [_without_titles(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _without_titles(value) for key, value in node.items() if not (key == "title" and isinstance(value, str))
    }
