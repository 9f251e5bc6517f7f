"""What one check found."""

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """How much it matters."""

    GOOD = "ok"
    ABSENT = "--"
    """Not there, and only needed for some of what valgus does."""
    BAD = "NO"


@dataclass(frozen=True)
class Finding:
    """One line of the report: what was looked at, what was found, and what to do where it is not good."""

    subject: str
    verdict: Verdict
    found: str
    remedy: str = ""

    def __str__(self) -> str:
        line = f"{self.verdict.value}  {self.subject}: {self.found}"
        return f"{line} -> {self.remedy}" if self.remedy else line


def good(subject: str, found: str) -> Finding:
    """Nothing to do."""
    return Finding(subject, Verdict.GOOD, found)


def absent(subject: str, found: str, remedy: str) -> Finding:
    """Nothing wrong, but something cannot be used."""
    return Finding(subject, Verdict.ABSENT, found, remedy)


def bad(subject: str, found: str, remedy: str) -> Finding:
    """Something must be done."""
    return Finding(subject, Verdict.BAD, found, remedy)
