"""Formats of configuration: what is read, and that nothing raises."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from planner.service import formats


def test_pairs_of_every_manner() -> None:
    text = 'A = 1\n# B = 2\nlisten 1883\nport: 5\n  quoted "x y"\nlast=1\nLAST=2\nflag\n'
    assert formats.pairs(text) == {
        "a": "1",
        "listen": "1883",
        "port": "5",
        "quoted": "x y",
        "last": "2",
        "flag": "",
    }


def test_sections_of_an_ini_file() -> None:
    text = "x=1\n[mysqld]\ndatadir = /srv/db\nskip-name-resolve\n[client]\nport=1\n[mysqld]\nport=3"
    assert formats.sections(text) == {
        "": {"x": "1"},
        "mysqld": {"datadir": "/srv/db", "skip_name_resolve": "", "port": "3"},
        "client": {"port": "1"},
    }


def test_a_document_by_dotted_names() -> None:
    text = "path:\n  data: [/a, /b]\nnode.master: true\nempty:\n"
    assert formats.flat(text) == {"path.data.0": "/a", "path.data.1": "/b", "node.master": "true"}
    assert formats.flat('{"dataDir": {"x": 1}}') == {"dataDir.x": "1"}
    assert formats.flat("a: [1") == {}


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    formats.pairs(text)
    formats.sections(text)
    formats.flat(text)


def test_much_blank_space_takes_no_time() -> None:
    """A second here would be hours for the half a megabyte that a look carries."""
    assert formats.pairs("a = x" + " " * 200_000 + "y")["a"].startswith("x")
