"""The wire: what a machine or a broken connection can do to it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from planner.session.framing import decode

NONCE = "0123456789abcdef"
STATES = st.sampled_from([("ok", ""), ("partial", "not root"), ("missing", "no such tool")])
LINES = st.lists(
    st.one_of(
        st.text(
            st.characters(blacklist_characters="\n\r", blacklist_categories=["Cs"]), max_size=40
        ),
        # what a hostile argument may look like: our own markers
        st.sampled_from([f"{NONCE} Z 1 0", f"{NONCE} E a ok 0 0 0 ", f"{NONCE} B b", "", "Z 1 0"]),
    ),
    max_size=6,
)
SECTIONS = st.dictionaries(
    st.sampled_from(["identity", "a", "b", "os-release"]), st.tuples(STATES, LINES), max_size=4
)


def encode(sections: dict[str, tuple[tuple[str, str], list[str]]], end: str = "\n") -> bytes:
    wire = []
    for name, ((state, reason), lines) in sections.items():
        wire.append(f"B {name}")
        wire += [f"|{line}" for line in lines]
        wire.append(f"E {name} {state} 0 12 {len(lines)} {reason}")
    wire.append(f"Z {len(sections)} {sum(len(lines) for _, lines in sections.values())}")
    return "".join(f"{NONCE} {line}{end}" for line in wire).encode()


@given(SECTIONS)
def test_what_was_sent_arrives(sections: dict[str, tuple[tuple[str, str], list[str]]]) -> None:
    for end in ("\n", "\r\n"):  # a terminal on the way
        payload = decode(encode(sections, end), NONCE)
        assert payload.problem == ""
        assert {name: (s.state, s.reason, s.text) for name, s in payload.sections.items()} == {
            name: (state, reason, "".join(f"{line}\n" for line in lines))
            for name, ((state, reason), lines) in sections.items()
        }


@given(SECTIONS, st.data())
def test_a_cut_is_never_taken_for_the_whole(
    sections: dict[str, tuple[tuple[str, str], list[str]]], data: st.DataObject
) -> None:
    wire = encode(sections)
    cut = data.draw(st.integers(0, len(wire) - 1))
    payload = decode(wire[:cut], NONCE)
    assert payload.problem
    for name, section in payload.sections.items():
        (state, _), lines = sections[name]
        if section.state != "missing":
            assert section.state == state
            assert section.text == "".join(f"{line}\n" for line in lines)


@given(SECTIONS, st.data())
def test_a_lost_line_shows(
    sections: dict[str, tuple[tuple[str, str], list[str]]], data: st.DataObject
) -> None:
    wire = encode(sections).splitlines(keepends=True)
    lost = data.draw(st.integers(0, len(wire) - 1))
    assert decode(b"".join(wire[:lost] + wire[lost + 1 :]), NONCE).problem


@given(st.binary(), SECTIONS)
def test_noise_around_is_ignored(
    noise: bytes, sections: dict[str, tuple[tuple[str, str], list[str]]]
) -> None:
    wire = noise.replace(NONCE.encode(), b"") + b"\n" + encode(sections) + noise + b"\n"
    assert decode(wire, NONCE) == decode(encode(sections), NONCE)


@given(st.lists(st.binary(max_size=30)))
def test_nothing_that_a_machine_says_raises(lines: list[bytes]) -> None:
    wire = b"".join(f"{NONCE} ".encode() + line + b"\n" for line in lines)
    assert all(s.state == "missing" or not s.text for s in decode(wire, NONCE).sections.values())


def test_bytes_that_are_no_text_do_not_stop_the_reading() -> None:
    wire = f"{NONCE} B a\n{NONCE} |caf\xe9\n{NONCE} E a ok 0 1 1 \n{NONCE} Z 1 1\n".encode(
        "latin-1"
    )
    assert decode(wire, NONCE).sections["a"].text == "caf�\n"
