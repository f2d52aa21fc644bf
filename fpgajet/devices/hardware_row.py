"""Latency and resources of a design at one level: estimated, counted by an open tool, or reported by a vendor's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    PlainSerializer,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

#: Counts stay whole numbers where a stage writes them; a report has floating point everywhere.
Number = Annotated[int | float, Field(ge=0), PlainSerializer(float, return_type=float)]

#: Figures that few rows have: a report shows them only where they were given.
SELDOM = ("constituents", "carry8")


class HardwareRow(BaseModel):  # noqa: PLW1641 - it can be changed, so it has no hash
    """Latency and resources of the whole design (or of one operator) at one level.

    ``bram`` counts blocks of 36 Kb; a null was not measured at this level. ``intervals``: 80 % intervals.

    Attributes:
        level: what the figures come from, for example "model", "rtl-synthesis", "hls-csynth".
        name: "total", or an operator; op_type: its type.
        part: short or full name. clock_mhz: clock the design was made for.
        start_cycle: cycle in which an operator starts.
        latency_cycles, latency_ns: from the first input to the output. ii: clocks between two jets.
        lut, ff, dsp, bram: resources. carry8: carry blocks of 8 bits.
        period_ns: shortest clock period that place and route reaches.
        constituents: slots of the input that arrive over the links.
        intervals: by figure, the range that holds the true value with 80 % probability.
        evidence: by figure, or for all of them, how it is known.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    level: str
    name: str = "total"
    op_type: str = ""
    part: str = ""
    clock_mhz: Number | None = None
    start_cycle: Number | None = None
    latency_cycles: Number | None = None
    latency_ns: Number | None = None
    ii: Number | None = None
    lut: Number | None = None
    ff: Number | None = None
    dsp: Number | None = None
    bram: Number | None = None
    period_ns: Number | None = None
    intervals: dict[str, tuple[Number, Number]] = {}
    evidence: dict[str, str] | str = {}
    constituents: Annotated[int, Field(ge=1)] | None = None
    carry8: Annotated[int, Field(ge=0)] | None = None

    _given: tuple[str, ...] = PrivateAttr(())

    def as_dict(self) -> dict[str, Any]:
        """What the row was made from: the keys that were given, in their order. Files of stages hold this."""
        return {name: getattr(self, name) for name in self._given}

    def __eq__(self, other: object) -> bool:
        """The same figures; the order in which they were given does not count."""
        return isinstance(other, HardwareRow) and self.__dict__ == other.__dict__

    @model_validator(mode="wrap")
    @classmethod
    def _keep_order(cls, values: Any, handler: ModelWrapValidatorHandler[HardwareRow]) -> HardwareRow:
        row = handler(values)
        if isinstance(values, Mapping):
            row._given = tuple(values)
        return row

    @model_serializer(mode="wrap")
    def _leave_out(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        content: dict[str, Any] = handler(self)
        return {k: v for k, v in content.items() if k not in SELDOM or k in self.model_fields_set}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The serialiser only leaves keys out, so the schema is that of the fields."""
        return handler(_without_serializer(core_schema))


def _without_serializer(schema: Any) -> Any:
    """A model's core schema, which lies within that of its validator, without its serialiser."""
    kept = {key: value for key, value in schema.items() if key != "serialization"}
    if schema["type"] == "function-wrap":
        kept["schema"] = _without_serializer(kept["schema"])
    return kept
