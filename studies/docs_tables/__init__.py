"""The tables of README.md and docs/*.md, made from result files: see ``scripts/write_docs_tables.py``."""

from __future__ import annotations

from studies.docs_tables.boards import BOARDS
from studies.docs_tables.delays import DELAYS
from studies.docs_tables.events import EVENTS
from studies.docs_tables.families import FAMILIES
from studies.docs_tables.fidelity import FIDELITY
from studies.docs_tables.firmware import FIRMWARE
from studies.docs_tables.foreign import FOREIGN
from studies.docs_tables.peers import PEERS
from studies.docs_tables.retrained import RETRAINED
from studies.docs_tables.search import SEARCH
from studies.docs_tables.taggers import TAGGERS
from studies.docs_tables.training import TRAINING

#: Markdown of every table, by the name in its marker.
TABLES = {
    **BOARDS,
    **DELAYS,
    **EVENTS,
    **FAMILIES,
    **FIDELITY,
    **FIRMWARE,
    **FOREIGN,
    **PEERS,
    **RETRAINED,
    **SEARCH,
    **TAGGERS,
    **TRAINING,
}
