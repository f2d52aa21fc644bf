"""Ways to damage a file, each a function of a random generator."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

#: Values that readers seldom expect.
NASTY: tuple[Any, ...] = (
    None, True, 0, -1, 1, 2**31, 2**63, 10**30, 0.5, -0.0, 1e308, float("nan"), float("inf"), "", "x", "[/]", "\x00",
    "../../etc/passwd", "a" * 5000, "\ud800", [], {}, [[]], [None], {"": 0}, [1e400],
)  # fmt: skip
MOST_BYTES = 8


def damaged(content: bytes, kind: str, rng: random.Random) -> bytes:
    """``content`` with one kind of damage."""
    if kind == "json" and rng.random() < 0.7:
        return _json(content, rng)
    if kind == "onnx" and rng.random() < 0.7:
        return _onnx(content, rng)
    return rng.choice((_flip, _flip, _truncate, _insert, _repeat, _fill, _swap_text))(content, rng)


def _flip(content: bytes, rng: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(rng.randint(1, MOST_BYTES)):
        data[rng.randrange(len(data))] = rng.choice((0, 1, 127, 128, 255, rng.randrange(256)))
    return bytes(data)


def _truncate(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content))]


def _insert(content: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(content) + 1)
    return content[:at] + rng.randbytes(rng.randint(1, 64)) + content[at:]


def _repeat(content: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(content))
    part = content[start : start + rng.randint(1, 200)]
    return content[:start] + part * rng.randint(2, 20) + content[start:]


def _fill(content: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(content))
    size = min(rng.randint(1, 64), len(content) - start)
    return content[:start] + bytes([rng.choice((0, 255))]) * size + content[start + size :]


def _swap_text(content: bytes, rng: random.Random) -> bytes:
    """A number in text becomes another."""
    digits = [i for i, byte in enumerate(content) if 48 <= byte <= 57]
    if not digits:
        return _flip(content, rng)
    at = rng.choice(digits)
    new = rng.choice((b"-1", b"9" * 5000, b"1e400", b"nan", b"'", b"[" * 3000, b"0x10", "\u0663".encode()))
    return content[:at] + new + content[at + 1 :]


def _json(content: bytes, rng: random.Random) -> bytes:
    document = json.loads(content)
    places = list(_places(document))
    for _ in range(rng.randint(1, 2)):
        holder, key = rng.choice(places)
        choice = rng.random()
        if choice < 0.2 and isinstance(holder, dict):
            holder.pop(key, None)
        elif choice < 0.3 and isinstance(holder, dict):
            holder[rng.choice(("", "x", "[/]", "__class__"))] = rng.choice(NASTY)
        else:
            holder[key] = rng.choice(NASTY)
    return json.dumps(document).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    items: Any = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, inner in list(items):
        yield value, key
        yield from _places(inner)


def _onnx(content: bytes, rng: random.Random) -> bytes:
    """Fields of the protocol buffer set to odd values, so that the parser still accepts the file."""
    import onnx

    model = onnx.ModelProto.FromString(content)
    messages = list(_messages(model))
    for _ in range(rng.randint(1, 2)):
        message = rng.choice(messages)
        field = rng.choice(list(message.DESCRIPTOR.fields))
        try:
            _set(message, field, rng)
        except (TypeError, ValueError):
            continue
    return bytes(model.SerializeToString())


def _messages(message: Any) -> Iterator[Any]:
    yield message
    for field, value in message.ListFields():
        if field.message_type is not None:
            for inner in value if _repeated(value) else [value]:
                yield from _messages(inner)


def _repeated(value: Any) -> bool:
    """Whether a field of a protocol buffer holds several values."""
    return hasattr(value, "__len__") and not isinstance(value, str | bytes)


def _set(message: Any, field: Any, rng: random.Random) -> None:
    value = getattr(message, field.name)
    if _repeated(value):
        if len(value) and rng.random() < 0.7:
            at = rng.randrange(len(value))
            if rng.random() < 0.5:
                del value[at]
            elif field.message_type is not None:
                value.add().CopyFrom(value[at])
            else:
                value[at] = _odd(value[at], rng)
        elif field.message_type is not None:
            value.add()
    elif field.message_type is None:
        setattr(message, field.name, _odd(value, rng))
    else:
        message.ClearField(field.name)


def _odd(value: Any, rng: random.Random) -> Any:
    if isinstance(value, bytes):
        return rng.choice((b"", value[:-1], value + b"\x00", b"\xff" * len(value), b"\x00\x00\xc0\x7f" * 4))
    if isinstance(value, str):
        return rng.choice(("", "x", "[/]", "Quant", "Relu", "a" * 3000))
    if isinstance(value, float):
        return rng.choice((float("nan"), float("inf"), -1.0, 0.0, 1e30))
    return rng.choice((-1, 0, 1, 2, 7, 2**31 - 1))
