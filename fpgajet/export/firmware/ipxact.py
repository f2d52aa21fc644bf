"""``component.xml``: an IP core as IP-XACT (IEEE 1685-2009) describes it, which Vivado's IP catalogue reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree

SPIRIT = "http://www.spiritconsortium.org/XMLSchema/SPIRIT/1685-2009"
VENDOR = "fpgajet"
#: Port of the module, direction, bits, and in which interface it has which role.
PORTS = (
    ("aclk", "in", 1, "aclk", "CLK"),
    ("aresetn", "in", 1, "aresetn", "RST"),
    ("s_axis_tdata", "in", 64, "S_AXIS", "TDATA"),
    ("s_axis_tvalid", "in", 1, "S_AXIS", "TVALID"),
    ("s_axis_tready", "out", 1, "S_AXIS", "TREADY"),
    ("s_axis_tlast", "in", 1, "S_AXIS", "TLAST"),
    ("m_axis_tdata", "out", 64, "M_AXIS", "TDATA"),
    ("m_axis_tvalid", "out", 1, "M_AXIS", "TVALID"),
    ("m_axis_tready", "in", 1, "M_AXIS", "TREADY"),
    ("m_axis_tlast", "out", 1, "M_AXIS", "TLAST"),
)
#: Interface, its bus, version of the bus, and whether the IP is the slave.
BUSES = (
    ("S_AXIS", "interface", "axis", True),
    ("M_AXIS", "interface", "axis", False),
    ("aclk", "signal", "clock", True),
    ("aresetn", "signal", "reset", True),
)


def component(name: str, version: int, title: str, sources: Sequence[str], constraints: str) -> str:
    """The document of a core with the ports :data:`PORTS`.

    Args:
        name: the top module.
        version: of the export.
        title: what the core is, in words.
        sources: Verilog files beside ``component.xml``, the top first.
        constraints: the out-of-context constraints beside it.
    """
    ElementTree.register_namespace("spirit", SPIRIT)
    root = ElementTree.Element(_tag("component"))
    for key, value in (
        ("vendor", VENDOR),
        ("library", "taggers"),
        ("name", name),
        ("version", f"{version}.0"),
    ):
        _add(root, key, value)
    buses = _add(root, "busInterfaces")
    for bus, library, kind, slave in BUSES:
        _bus(buses, bus, library, kind, slave)
    model = _add(root, "model")
    view = _add(_add(model, "views"), "view")
    _add(view, "name", "xilinx_anylanguagesynthesis")
    _add(view, "envIdentifier", ":vivado.xilinx.com:synthesis")
    _add(view, "language", "Verilog")
    _add(view, "modelName", name)
    _add(_add(view, "fileSetRef"), "localName", "sources")
    ports = _add(model, "ports")
    for port, direction, bits, _, _ in PORTS:
        _port(ports, port, direction, bits)
    files = _add(_add(root, "fileSets"), "fileSet")
    _add(files, "name", "sources")
    _files(files, sources, "verilogSource")
    _files(files, [constraints], "xdc", ("USED_IN_out_of_context", "USED_IN_implementation"))
    _add(root, "description", title)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _bus(buses: ElementTree.Element, name: str, library: str, kind: str, slave: bool) -> None:
    bus = _add(buses, "busInterface")
    _add(bus, "name", name)
    for tag, suffix in (("busType", ""), ("abstractionType", "_rtl")):
        element = _add(bus, tag)
        identity = {"vendor": "xilinx.com", "library": library, "name": f"{kind}{suffix}", "version": "1.0"}
        element.attrib.update({_tag(key): value for key, value in identity.items()})
    _add(bus, "slave" if slave else "master")
    maps = _add(bus, "portMaps")
    for port, _, _, interface, role in PORTS:
        if interface == name:
            pair = _add(maps, "portMap")
            _add(_add(pair, "logicalPort"), "name", role)
            _add(_add(pair, "physicalPort"), "name", port)
    if name == "aclk":
        parameters = _add(bus, "parameters")
        for key, value in (("ASSOCIATED_BUSIF", "S_AXIS:M_AXIS"), ("ASSOCIATED_RESET", "aresetn")):
            _parameter(parameters, key, value)
    if name == "aresetn":
        _parameter(_add(bus, "parameters"), "POLARITY", "ACTIVE_LOW")


def _port(ports: ElementTree.Element, name: str, direction: str, bits: int) -> None:
    port = _add(ports, "port")
    _add(port, "name", name)
    wire = _add(port, "wire")
    _add(wire, "direction", direction)
    if bits > 1:
        vector = _add(wire, "vector")
        _add(vector, "left", str(bits - 1))
        _add(vector, "right", "0")


def _files(parent: ElementTree.Element, names: Iterable[str], kind: str, uses: Sequence[str] = ()) -> None:
    for name in names:
        file = _add(parent, "file")
        _add(file, "name", name)
        if kind == "xdc":
            _add(file, "userFileType", kind)
        else:
            _add(file, "fileType", kind)
        for use in uses:
            _add(file, "userFileType", use)


def _parameter(parent: ElementTree.Element, name: str, value: str) -> None:
    parameter = _add(parent, "parameter")
    _add(parameter, "name", name)
    _add(parameter, "value", value)


def _tag(name: str) -> str:
    return f"{{{SPIRIT}}}{name}"


def _add(parent: ElementTree.Element, name: str, text: str | None = None) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, _tag(name))
    element.text = text
    return element
