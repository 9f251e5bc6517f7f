"""XML as camera makers write it: attributes that must be there and must be numbers."""

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from calibration.errors import CalibrationError
from calibration.files import read_text

Element = ElementTree.Element


def parse(path: Path) -> Element:
    """Root of an XML file; document types, which can make a small file explode, are refused."""
    text = read_text(path)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise CalibrationError(f"{path}: declares XML entities, which no calibration needs; export it again")
    try:
        return ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise CalibrationError(f"{path}: is not valid XML: {error}") from error


def child(path: Path, where: str, element: Element, tag: str) -> Element:
    """The first child of this name, at any depth given as a path."""
    found = element.find(tag)
    if found is None:
        raise CalibrationError(f"{path}: {where} has no <{tag}>")
    return found


def numbers(path: Path, where: str, element: Element, attribute: str, count: int = 1) -> NDArray[np.float64]:
    """(count,) finite numbers of an attribute, separated by blanks."""
    text = element.get(attribute)
    if text is None:
        raise CalibrationError(f"{path}: {where} <{element.tag}> has no {attribute}")
    try:
        values = np.array([float(part) for part in text.split()])
    except ValueError:
        raise CalibrationError(f"{path}: {where} {attribute} = '{text}' is not made of numbers") from None
    if len(values) != count or not np.all(np.isfinite(values)):
        raise CalibrationError(f"{path}: {where} {attribute} = '{text}' must be {count} finite numbers")
    return values


def number(path: Path, where: str, element: Element, attribute: str) -> float:
    """One finite number of an attribute."""
    return float(numbers(path, where, element, attribute)[0])
