"""Documents inside messages: recognised, taken out, refused with a reason."""

import base64
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hl7capture.hl7.documents import Document, DocumentError, document_in
from hl7capture.hl7.node import Node
from hl7capture.hl7.tree import delimiters_of, parse

PDF = b"%PDF-1.4\n" + bytes(range(256)) + b"\n%%EOF"
HEADER = "MSH|^~\\&|A|||||||1|P|2.5.1\r"


def field(value: str, datatype: str = "ED") -> Node:
    return parse(f"{HEADER}OBX|1|{datatype}|PDF^Report||{value}||||||F")[1].children[4]


def document(value: str, datatype: str = "ED") -> Document:
    found = document_in(field(value, datatype), delimiters_of(HEADER))
    assert found is not None
    return found


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize(
    ("value", "name", "suffix", "content"),
    [
        (f"^Application^PDF^Base64^{encoded(PDF)}", "PDF", ".pdf", PDF),
        (f"^AP^^base64^{encoded(PDF)}", "PDF", ".pdf", PDF),
        (f"^AP^Octet-stream^Hex^{PDF.hex().upper()}", "PDF", ".pdf", PDF),
        (f"^IM^PDF^Base64^{encoded(b'GIF89a..')}", "GIF picture", ".gif", b"GIF89a.."),  # its bytes know better
        ("^IM^JPEG^Base64^" + encoded(b"\xff\xd8\xff\xe0"), "JPEG picture", ".jpg", b"\xff\xd8\xff\xe0"),
        (f"^IM^PNG^Base64^{encoded(b'?')}", "PNG picture", ".png", b"?"),
        (f"^application^application/pdf^Base64^{encoded(b'?')}", "PDF", ".pdf", b"?"),
        ("^TEXT^RTF^A^{\\E\\rtf1 5 \\T\\ 6}", "RTF", ".rtf", b"{\\rtf1 5 & 6}"),
        ("^TEXT^^A^one\\.br\\two \\X4D\\", "text", ".txt", b"one\ntwo M"),
        ("^TEXT^HTML^^<html>x</html>", "HTML", ".html", b"<html>x</html>"),
        (f"^multipart^x-hl7-cda^Base64^{encoded(b'<?xml version=')}", "XML", ".xml", b"<?xml version="),
        (f"^XX^YY^Base64^{encoded(b'12345')}", "data of an unknown kind", ".bin", b"12345"),
        ("^TEXT^^A^Größe", "text", ".txt", "Größe".encode()),
    ],
)
def test_recognised_and_taken_out(value: str, name: str, suffix: str, content: bytes) -> None:
    found = document(value)
    assert (found.kind.name, found.kind.suffix, found.content()) == (name, suffix, content)
    assert found.path == "OBX-5"


@pytest.mark.parametrize("between", ["\\.br\\", "\\X0D0A\\", " ", "\\X0A\\"])
def test_line_breaks_and_missing_padding_do_no_harm(between: str) -> None:
    text = encoded(PDF).rstrip("=")
    text = between.join(text[at : at + 76] for at in range(0, len(text), 76))
    assert document(f"^AP^PDF^Base64^{text}").content() == PDF


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("^AP^PDF^Base64^JVBERi0*xx", "character 8 is none of Base64"),
        ("^AP^PDF^Base64^JVBERi0xL", "its end is missing"),
        ("^AP^PDF^Hex^25504", "half a byte"),
        ("^AP^PDF^Hex^25ÄÖ", "other characters"),
    ],
)
def test_what_is_broken_is_told_without_its_contents(value: str, why: str) -> None:
    with pytest.raises(DocumentError, match=why) as told:
        document(value).content()
    assert "OBX-5" in str(told.value)
    assert "JVB" not in str(told.value)


@pytest.mark.parametrize(
    ("value", "datatype"),
    [
        ("5.4", "NM"),
        (f"^AP^PDF^Base64^{encoded(PDF)}", "CE"),
        ("^AP^PDF^Base64^", "ED"),
        ("^AP^PDF^Base64", "ED"),
        ("^AP^PDF^ROT13^abc", "ED"),
        ("http://pacs/1^VIEWER^IM^JPEG", "RP"),
        ("http://pacs/1^VIEWER^IM^^x", "RP"),
    ],
)
def test_no_document(value: str, datatype: str) -> None:
    assert document_in(field(value, datatype), delimiters_of(HEADER)) is None


def test_an_rp_that_holds_a_document_and_one_of_several() -> None:
    assert document(f"^^PDF^Base64^{encoded(PDF)}", "RP").content() == PDF
    both = field(f"^AP^PDF^Base64^{encoded(PDF)}~^TEXT^^A^x")
    delimiters = delimiters_of(HEADER)
    assert document_in(both, delimiters) is None
    found = [document_in(one, delimiters) for one in both.children]
    assert [one and one.kind.name for one in found] == ["PDF", "text"]


@given(st.text(max_size=40), st.sampled_from(["Base64", "Hex", "A", ""]))
def test_any_data_is_taken_out_or_refused(data: str, encoding: str) -> None:
    found = document_in(field(f"^AP^PDF^{encoding}^{data}"), delimiters_of(HEADER))
    if found is not None:
        with suppress(DocumentError):
            assert isinstance(found.content(), bytes)


def test_large_documents_take_linear_time() -> None:
    started = time.process_time()
    assert len(document(f"^AP^PDF^Base64^{encoded(PDF * 40_000)}").content()) == len(PDF) * 40_000
    assert time.process_time() - started < 5
