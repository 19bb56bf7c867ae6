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
from pydantic import BaseModel, ConfigDict, Field

from pam_shared.contracts.identity import Role
from pam_shared.contracts.tools import Effect, ToolManifest
from pam_shared.tools.context import ToolContext

DEFAULT_TIMEOUT = 8.0
EVERYBODY = frozenset({Role.MEMBER, Role.ADMIN})


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

    @property
    def name(self) -> str:
        """The name the model and members' clients use."""
        return self.run.__name__

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
            roles=self.roles,
            aliases=list(self.aliases),
        )
        return manifest.model_copy(update={"schema_hash": schema_hash(manifest)})


def tool(
    *,
    effect: str,
    timeout: float = DEFAULT_TIMEOUT,
    roles: frozenset[Role] = EVERYBODY,
    aliases: tuple[str, ...] = (),
    version: int = 1,
) -> Callable[[ToolFunction[In, Out]], Tool[In, Out]]:
    """Declare a tool.

    ``effect`` is ``read``, ``write`` or ``destructive`` (asks the member first); ``timeout`` in seconds.
    The function takes a ToolContext and an Arguments subclass, returns a Result subclass, and has a docstring that
    tells the model what the tool is for. Raises TypeError where it does not.
    """

    def declare(function: ToolFunction[In, Out]) -> Tool[In, Out]:
        given, returned = _models(function)
        return Tool(function, given, returned, Effect(effect), timeout, roles, aliases, version)

    return declare


def find_tools(package: ModuleType) -> list[Tool[Any, Any]]:
    """Return the tools of a worker's ``tools`` package: one a file, by name."""
    modules = [
        importlib.import_module(f"{package.__name__}.{info.name}") for info in pkgutil.iter_modules(package.__path__)
    ]
    found = [item for module in modules for item in vars(module).values() if isinstance(item, Tool)]
    return sorted({item.name: item for item in found}.values(), key=lambda item: item.name)


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
