"""Verilog of single cells: every signal ``v<number>`` is a plain vector, signs are extended explicitly."""

from __future__ import annotations

from fpgajet.rtl.netlist import Cell, Kind, Limit, Netlist, Term
from fpgajet.rtl.roms import table_statement


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


def statement(netlist: Netlist, number: int) -> str:  # noqa: PLR0911, PLR0912
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
            entries, address = netlist.tables[cell.data[0]], name(cell.args[0])
            return table_statement(entries, width, formats[0].width, address, out)
        case Kind.DISTANCE:
            ports = ", ".join([*(name(arg) for arg in cell.args), out])
            return f"fpgajet_distance #({width}, {int(formats[0].signed)}) d{number} ({ports});"
        case Kind.SUM:
            return _sum(netlist, number)
        case Kind.PRODUCT:
            return _product(netlist, number)
        case Kind.MAC:
            return _mac(netlist, number)
        case Kind.LIMIT:
            return _limit(netlist, number)
    raise NotImplementedError(cell.kind)


def _sum(netlist: Netlist, number: int) -> str:
    """A sum of one to three operands, a constant included; bits below all but one operand bypass the adder."""
    cell = netlist.cells[number]
    constant, place = cell.constant
    fractions = [netlist.cells[t.arg].format.fraction - t.shift for t in cell.terms]
    common = max(cell.format.fraction, *fractions, *([place] if constant else []))
    drop = common - cell.format.fraction
    total = cell.format.width + drop
    # (signal or constant, its left shift, whether it is subtracted)
    operands: list[tuple[int | None, int, bool]] = [
        (t.arg, common - f, t.sign < 0) for t, f in zip(cell.terms, fractions, strict=True)
    ]
    if constant:
        operands.append((None, common - place, constant < 0))

    def taken(operand: tuple[int | None, int, bool], wide: int, down: int) -> str:
        arg, left, _ = operand
        if arg is None:
            return literal((abs(constant) << left) >> down, wide)
        return bits(netlist, arg, wide, left - down)

    ordered = sorted(operands, key=lambda operand: operand[1])
    lowest = ordered[0]
    bypass = min(ordered[1][1], total - 1) if len(ordered) > 1 and not lowest[2] else 0
    low = taken(lowest, bypass, 0) if bypass else ""
    wide = total - bypass
    lines, high = _added(number, [(taken(o, wide, bypass), o[2]) for o in operands], wide)
    out = name(number)
    whole = f"{{{high}, {low}}}" if low else high
    if drop:
        lines += [f"wire [{total - 1}:0] {out}_s = {whole};"]
        whole = f"{out}_s[{total - 1}:{drop}]"
    return " ".join([*lines, f"assign {out} = {whole};"])


def _added(number: int, operands: list[tuple[str, bool]], width: int) -> tuple[list[str], str]:
    """Sum of operands of ``width`` bits, some of them subtracted: helper lines, and the expression."""
    ordered = sorted(operands, key=lambda operand: operand[1])
    if len(ordered) == 3 and not ordered[0][1]:
        signs = ", ".join(str(int(minus)) for _, minus in ordered[1:])
        ports = ", ".join([*(text for text, _ in ordered), f"{name(number)}_h"])
        made = f"fpgajet_ternary #({width}, {signs}) t{number} ({ports});"
        return [f"wire [{width - 1}:0] {name(number)}_h;", made], f"{name(number)}_h"
    first = f"{literal(0, width)} - {ordered[0][0]}" if ordered[0][1] else ordered[0][0]
    return (
        [],
        f"({first}{''.join(f' {chr(45) if minus else chr(43)} {text}' for text, minus in ordered[1:])})",
    )


def _mac(netlist: Netlist, number: int) -> str:
    cell, ports = netlist.cells[number], netlist.cells[number].mac
    width = cell.format.width

    def port(term: Term | None) -> str:
        if term is None:
            return literal(0, width)
        return bits(
            netlist,
            term.arg,
            width,
            cell.format.fraction - netlist.cells[term.arg].format.fraction + term.shift,
        )

    signals = [ports.a, ports.b, ports.a if ports.d is None else ports.d]
    formats = [netlist.cells[n].format for n in signals]
    sizes = ", ".join(f"{f.width}, {int(f.signed)}" for f in formats)
    names = [name(n) for n in signals]
    if ports.d is None:
        names[2] = literal(0, formats[2].width)
    given = ", ".join([*names, port(ports.z), port(ports.w), name(number)])
    return f"fpgajet_mac #({sizes}, {ports.pre or 1}, {ports.sign}, {width}) p{number} ({given});"


def _limit(netlist: Netlist, number: int) -> str:
    cell = netlist.cells[number]
    roles = [Limit(role) for role in cell.data]
    counts = ", ".join(str(roles.count(role)) for role in Limit)
    controls = ", ".join(f"{name(arg)}[0]" for arg in reversed(cell.args[1:]))
    ports = f"{name(cell.args[0])}, {{{controls}}}, {name(number)}"
    return f"fpgajet_limit #({cell.format.width}, {counts}) l{number} ({ports});"


def _product(netlist: Netlist, number: int) -> str:
    cell = netlist.cells[number]
    a, b = (netlist.cells[arg].format for arg in cell.args)
    full = a.fraction + b.fraction
    sizes = f"#({a.width}, {int(a.signed)}, {b.width}, {int(b.signed)}, {cell.format.width})"
    if full != cell.format.fraction:
        raise NotImplementedError("a product keeps every bit")
    return f"fpgajet_product {sizes} p{number} ({name(cell.args[0])}, {name(cell.args[1])}, {name(number)});"


def declaration(cell: Cell, number: int) -> str:
    """Declare the signal of a cell."""
    return f"wire [{cell.format.width - 1}:0] {name(number)};"
