"""Verilog of single cells: every signal ``v<number>`` is a plain vector, signs are extended explicitly."""

from __future__ import annotations

from fpgajet.rtl.netlist import Cell, Kind, Netlist


def name(number: int) -> str:
    """Signal of a cell."""
    return f"v{number}"


def literal(value: int, width: int) -> str:
    """``value`` modulo 2**width."""
    return f"{width}'h{value & ((1 << width) - 1):x}"


def bits(netlist: Netlist, number: int, width: int, left: int) -> str:
    """The low ``width`` bits of the signal shifted left (right, if negative), sign extended."""
    cell = netlist.cells[number]
    have = cell.format.width
    if cell.kind is Kind.CONSTANT:
        value = cell.data[0]
        return literal(value << left if left >= 0 else value >> -left, width)
    zeros, start = max(left, 0), max(-left, 0)
    fill = f"{name(number)}[{have - 1}]" if cell.format.signed else "1'b0"
    if width <= zeros:
        return literal(0, width)
    if start >= have:
        return f"{{{width}{{{fill}}}}}"
    taken = min(have - start, width - zeros)
    parts = [f"{name(number)}[{start + taken - 1}:{start}]"]
    if missing := width - zeros - taken:
        parts.insert(0, f"{{{missing}{{{fill}}}}}")
    if zeros:
        parts.append(literal(0, zeros))
    return parts[0] if len(parts) == 1 else "{" + ", ".join(parts) + "}"


def statement(netlist: Netlist, number: int) -> str:  # noqa: PLR0911
    """The Verilog that computes a cell, without its declaration."""
    cell = netlist.cells[number]
    width, fraction = cell.format.width, cell.format.fraction
    shift = cell.data[0] if cell.data else 0
    formats = [netlist.cells[arg].format for arg in cell.args]
    out = name(number)

    def operand(position: int, by: int = 0, wide: int = width) -> str:
        left = fraction - formats[position].fraction + by
        return bits(netlist, cell.args[position], wide, left)

    match cell.kind:
        case Kind.TRIM:
            return f"assign {out} = {operand(0, shift)};"
        case Kind.RELU:
            sign = f"{name(cell.args[0])}[{formats[0].width - 1}]" if formats[0].signed else "1'b0"
            return f"assign {out} = {operand(0)} & {{{width}{{~{sign}}}}};"
        case Kind.NEGATE:
            if formats[0].width == 1 and not formats[0].signed:
                every = f"{{{width}{{{name(cell.args[0])}[0]}}}}"
                moved = fraction - formats[0].fraction
                return f"assign {out} = {every} << {moved};" if moved else f"assign {out} = {every};"
            return f"assign {out} = {literal(0, width)} - {operand(0)};"
        case Kind.NOT:
            return f"assign {out} = ~{bits(netlist, cell.args[0], width, 0)};"
        case Kind.ANY:
            return f"assign {out} = |{name(cell.args[0])};"
        case Kind.ALL:
            return f"assign {out} = &{name(cell.args[0])};"
        case Kind.AND | Kind.OR | Kind.XOR:
            symbol = {Kind.AND: "&", Kind.OR: "|", Kind.XOR: "^"}[cell.kind]
            return f"assign {out} = {operand(0)} {symbol} {operand(1, shift)};"
        case Kind.MUX:
            key = f"{name(cell.args[2])}[{formats[2].width - 1}]"
            return f"assign {out} = {key} ? {operand(0)} : {operand(1, shift)};"
        case Kind.TABLE:
            return _case(netlist, number)
        case Kind.ADD | Kind.OFFSET:
            return _sum(netlist, number)
        case Kind.PRODUCT:
            return _product(netlist, number)
    raise NotImplementedError(cell.kind)


def _sum(netlist: Netlist, number: int) -> str:
    """a + b or a - b; bits below the lower end of one operand bypass the carry chain."""
    cell = netlist.cells[number]
    width, fraction = cell.format.width, cell.format.fraction
    first = netlist.cells[cell.args[0]].format
    minus = False
    if cell.kind is Kind.OFFSET:
        second_fraction, minus = cell.data[1], cell.data[0] < 0
    else:
        second_fraction, minus = (
            netlist.cells[cell.args[1]].format.fraction - cell.data[0],
            bool(cell.data[1]),
        )
    common = max(first.fraction, second_fraction, fraction)
    drop, total = common - fraction, width + common - fraction
    left_a, left_b = common - first.fraction, common - second_fraction

    def a(wide: int, left: int) -> str:
        return bits(netlist, cell.args[0], wide, left)

    def b(wide: int, left: int) -> str:
        if cell.kind is Kind.OFFSET:
            value = abs(cell.data[0])
            return literal(value << left if left >= 0 else value >> -left, wide)
        return bits(netlist, cell.args[1], wide, left)

    bypass = min(left_b if left_b else (0 if minus else left_a), total - 1)
    low = (a if left_b else b)(bypass, left_a if left_b else left_b) if bypass else ""
    high = (
        f"{a(total - bypass, left_a - bypass)} {'-' if minus else '+'} {b(total - bypass, left_b - bypass)}"
    )
    out = name(number)
    if drop:
        whole = f"{{({high}), {low}}}" if low else high
        return f"wire [{total - 1}:0] {out}_s = {whole}; assign {out} = {out}_s[{total - 1}:{drop}];"
    return f"assign {out} = {{({high}), {low}}};" if low else f"assign {out} = {high};"


def _product(netlist: Netlist, number: int) -> str:
    cell = netlist.cells[number]
    a, b = (netlist.cells[arg].format for arg in cell.args)
    full = a.fraction + b.fraction
    sizes = f"#({a.width}, {int(a.signed)}, {b.width}, {int(b.signed)}, {cell.format.width})"
    if full != cell.format.fraction:
        raise NotImplementedError("a product keeps every bit")
    return f"fpgajet_product {sizes} p{number} ({name(cell.args[0])}, {name(cell.args[1])}, {name(number)});"


def _case(netlist: Netlist, number: int) -> str:
    cell = netlist.cells[number]
    address = netlist.cells[cell.args[0]].format.width
    rows = [
        f"{literal(place, address)}: {name(number)} = {literal(entry, cell.format.width)};"
        for place, entry in enumerate(netlist.tables[cell.data[0]])
    ]
    lines = "\n      ".join([*rows, f"default: {name(number)} = {literal(0, cell.format.width)};"])
    return f"always @* case ({name(cell.args[0])})\n      {lines}\n    endcase"


def declaration(cell: Cell, number: int) -> str:
    """Declare the signal of a cell."""
    kind = "reg" if cell.kind is Kind.TABLE else "wire"
    return f"{kind} [{cell.format.width - 1}:0] {name(number)};"
