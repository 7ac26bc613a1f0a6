"""A file that somebody is in the middle of writing, or that was never Python."""

from pathlib import Path

import hypothesis.strategies as st
from hypothesis import given, settings

from plumbrule.facts.syntax import read

SAMPLES = Path(__file__).parents[1] / "samples"
TEXTS = [path.read_bytes() for path in sorted(SAMPLES.rglob("*.py")) if 200 < path.stat().st_size < 6000]
PIECES = [
    *(b"( ) [ ] { } : , = . -> * ** := == ... @ \" ' \\ # \n".split(b" ")),
    *(word + b" " for word in b"async await def class lambda return raise from import as except".split()),
    *(
        word + b" "
        for word in b"with match case assert del type if else elif for in not is yield try".split()
    ),
    b'f"{',
    b"b'x' ",
    b"0x",
    b"1e",
    b"\\\n",
    b"\x00",
    b"\xff",
]
DAMAGE = st.tuples(
    st.integers(min_value=0, max_value=6000),
    st.integers(min_value=0, max_value=12),
    st.sampled_from([b"", *PIECES]),
)


def damaged(text: bytes, damages: list[tuple[int, int, bytes]]) -> bytes:
    """The text with, at each place, some bytes cut out and others put in."""
    for place, cut, put in damages:
        at = place % (len(text) + 1)
        text = text[:at] + put + text[at + cut :]
    return text


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(TEXTS),
    st.lists(DAMAGE, min_size=1, max_size=8),
    st.sampled_from(["app.py", "tests/test_app.py"]),
)
def test_whatever_happens_to_a_text_it_is_read(
    text: bytes, damages: list[tuple[int, int, bytes]], path: str
) -> None:
    for function in read(path, damaged(text, damages)).functions:
        assert function.nodes or not function.body
