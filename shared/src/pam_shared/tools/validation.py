"""Telling what is wrong with a tool's arguments, field by field."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from pam_shared.errors import InvalidRequestError

Model = TypeVar("Model", bound=BaseModel)
SHOWN = 60


def validated(model: type[Model], arguments: dict[str, Any]) -> Model:
    """Return the arguments as their model.

    Raises InvalidRequestError with a sentence that names each bad field, what is wrong and what was given.
    """
    try:
        return model.model_validate(arguments)
    except ValidationError as error:
        raise InvalidRequestError(describe(error), code="invalid_arguments") from error


def describe(error: ValidationError) -> str:
    """Return one clause per fault."""
    return "; ".join(_clause(dict(fault)) for fault in error.errors(include_url=False)) + "."


def _clause(fault: dict[str, Any]) -> str:
    field = ".".join(str(part) for part in fault["loc"]) or "arguments"
    match fault["type"]:
        case "missing":
            return f"{field} is missing"
        case "extra_forbidden":
            return f"{field} is not an argument of this tool"
        case "value_error":
            return f"{field}: {fault['ctx']['error']}"
    given = repr(fault["input"])
    return f"{field}: {fault['msg'].lower()} (it was {given[:SHOWN]})"
