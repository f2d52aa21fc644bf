"""JSON files that fpgajet writes for itself, read back and checked against their types."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from fpgajet.errors import BadInput
from fpgajet.files.reading import read_json

Content = TypeVar("Content", bound=BaseModel)


def read_checked(path: Path, kind: type[Content]) -> Content:
    """The content of a JSON file, with the types and ranges of ``kind``.

    Raises:
        BadInput: it cannot be read, is no JSON, or holds something else; the first place that does is named.
    """
    try:
        return kind.model_validate_json(json.dumps(read_json(path)), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "content"
        raise BadInput(
            f"{path} was not written by this version of fpgajet ({where}: {first['msg']})."
        ) from error
