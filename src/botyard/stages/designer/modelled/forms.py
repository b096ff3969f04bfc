"""The forms in which the model answers, and what is read from them."""

from typing import Any, get_args, get_type_hints

from botyard.records import schema
from botyard.records.conversation import Tool
from botyard.records.design import Clarification, Question, Refusal

SPEC, CLARIFICATION, REFUSAL, WITNESS = "strategy_spec", "clarification", "refusal", "witness"
REASONS: tuple[str, ...] = get_args(get_type_hints(Refusal)["reason"])
MOST_QUESTIONS = 6
MOST_TEXT = 400  # characters of a sentence for people

_NOT_ON_THE_WIRE = (
    "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems",
    "maxItems", "minProperties", "maxProperties", "pattern", "propertyNames", "format", "title", "$schema",
)  # fmt: skip
"""Vendors refuse or ignore these in different ways; our own checks hold them."""
_OURS = ("idea", "spec_version")  # filled in by us


def designer_tools() -> tuple[Tool, ...]:
    """Give the three ways to answer an idea."""
    spec = wire_schema(schema.json_schema())
    for name in _OURS:
        spec["properties"].pop(name)
    asked = {
        "about": _text("the words of the idea, or what is missing"),
        "text": _text("the question"),
        "choices": _list(_TEXT),
    }
    refused = {"reason": {"type": "string", "enum": list(REASONS)}, "text": _text("why"), "offer": _text("what could be built instead")}  # fmt: skip
    return (
        Tool(SPEC, "The idea as a strategy spec.", spec),
        Tool(CLARIFICATION, "The idea cannot be built as it stands: ask.", _object(questions=_list(_object(**asked)))),
        Tool(REFUSAL, "The idea is not built, and why.", _object(**refused)),
    )


def witness_tools() -> tuple[Tool, ...]:
    """Give the one way to bear witness."""
    said = {"source": _text("Python: decide(memory, bar, parameters)"), "tests": _text("Python: test_ functions")}
    return (Tool(WITNESS, "The idea as a program, and its smoke tests.", _object(**said)),)


def wire_schema(full: dict[str, Any]) -> dict[str, Any]:
    """Give a schema without references and without keywords of length and range."""
    definitions = full.get("$defs", {})

    def plain(value: Any) -> Any:
        if isinstance(value, list):
            return [plain(item) for item in value]
        if not isinstance(value, dict):
            return value
        if "$ref" in value:
            return plain(definitions[value["$ref"].rpartition("/")[2]])
        kept = {name: item for name, item in value.items() if name not in (*_NOT_ON_THE_WIRE, "$defs", "properties")}
        patterns = kept.pop("patternProperties", None)
        if patterns:
            kept["additionalProperties"] = next(iter(patterns.values()))
        made = {name: plain(item) for name, item in kept.items()}
        if "properties" in value:  # whose names are the spec's own words
            made["properties"] = {name: plain(item) for name, item in value["properties"].items()}
        return made

    made: dict[str, Any] = plain(full)
    return made


def clarification(idea: str, said: dict[str, Any]) -> Clarification | tuple[str, ...]:
    """Read questions, or say what is wrong with them."""
    asked = said.get("questions")
    if not isinstance(asked, list) or not asked:
        return ("questions: ask at least one, each with about, text and choices",)
    questions = []
    for item in asked[:MOST_QUESTIONS]:
        if not isinstance(item, dict) or not str(item.get("text", "")).strip():
            return ("questions: each has a text",)
        choices = item.get("choices")
        questions.append(
            Question(
                about=sentence(item.get("about", "")) or "idea",
                text=sentence(item["text"]),
                choices=tuple(sentence(c) for c in choices[:MOST_QUESTIONS]) if isinstance(choices, list) else (),
            )
        )
    return Clarification(idea, tuple(questions))


def refusal(idea: str, said: dict[str, Any]) -> Refusal | tuple[str, ...]:
    """Read a refusal, or say what is wrong with it."""
    reason = said.get("reason")
    if reason not in REASONS or not str(said.get("text", "")).strip():
        return (f"reason is one of {', '.join(REASONS)}, and text says why",)
    return Refusal(idea, reason, sentence(said["text"]), sentence(said.get("offer", "")))


def sentence(value: Any) -> str:
    """Give a model's words as one line for people: no control characters, not too long."""
    text = " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())
    return text if len(text) <= MOST_TEXT else text[: MOST_TEXT - 1] + "…"


_TEXT: dict[str, Any] = {"type": "string"}


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
