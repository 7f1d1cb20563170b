"""What an index holds fixed: how its articles are sketched, what is left out of them, and whether texts are kept."""

from __future__ import annotations

import json
from collections.abc import Mapping

from dedup.errors import MismatchError, ParamError
from dedup.furniture import Furniture
from dedup.letters import SCHEME, digest
from dedup.models import Params

__all__ = ["check", "fix", "furniture_of", "params_of", "read_furniture"]

_SKETCH = ("k", "min_passage", "aliases", "accents")


def fix(params: Params, furniture: Furniture | None, keep_text: bool) -> dict[str, str]:
    """The settings of a new index."""
    fixed = {name: value for name, value in params.as_dict().items() if name in _SKETCH}
    furniture = furniture or Furniture()
    return {
        "sketch": json.dumps(fixed, ensure_ascii=False, sort_keys=True),
        "tokenizer": f"{SCHEME}:{digest()}",
        "furniture": json.dumps(furniture.as_dict(), ensure_ascii=False),
        "keep_text": json.dumps(bool(keep_text)),
    }


def furniture_of(settings: Mapping[str, str]) -> Furniture:
    """What an index leaves out."""
    return Furniture.of_dict(json.loads(settings["furniture"]), "furniture of the index")


def params_of(settings: Mapping[str, str]) -> Params:
    """The usual criteria and limits, with the sketch part of an index."""
    return Params(**json.loads(settings["sketch"]))


def read_furniture(
    path: str, settings: Mapping[str, str], params: Params, furniture: Furniture | None
) -> tuple[Furniture, bool]:
    """(what the index leaves out, whether it keeps texts).

    Raises:
        MismatchError: it was sketched otherwise than params and furniture have it.
    """
    asked = fix(params, furniture, True)
    for name, what in (("tokenizer", "tokenizer"), ("sketch", "params")):
        if settings[name] != asked[name]:
            raise MismatchError(f"{path}: was sketched with {what} {settings[name]}, not {asked[name]}: "
                                f"`dedup index rebuild {path}` sketches it anew")  # fmt: skip
    if furniture is not None and settings["furniture"] != asked["furniture"]:
        raise MismatchError(f"{path}: was sketched with other furniture: `dedup index rebuild {path}` sketches it anew")
    known = furniture if furniture is not None else furniture_of(settings)
    return known, bool(json.loads(settings["keep_text"]))


def check(params: Params, furniture: Furniture | None, window: int | None) -> None:
    """Raises ParamError where an index can do nothing with them."""
    if params.candidates == "bands":
        raise ParamError("candidates='bands': an index finds candidates by fingerprints: need 'auto' or 'prefix'")
    if not (furniture is None or isinstance(furniture, Furniture)):
        raise ParamError(f"furniture={furniture!r:.60}: need a Furniture")
    if window is not None and (isinstance(window, bool) or not isinstance(window, int) or window < 0):
        raise ParamError(f"window={window!r}: need days, 0 or more, or None")
    if furniture is not None:
        furniture.check(params)
