"""State machines that CloudFormation makes belong to the engine that executes; moto puts them beside it."""

from moto.stepfunctions import models
from moto.stepfunctions.parser.models import stepfunctions_parser_backends


def missing() -> bool:
    """Whether CloudFormation writes to another backend than the one that executes."""
    return models.stepfunctions_backends is not stepfunctions_parser_backends


def apply() -> None:
    """Use the one that executes."""
    models.stepfunctions_backends = stepfunctions_parser_backends  # type: ignore[assignment]
