"""Machine code is cached per state of the kernels' sources, which only holds if kernels take nothing from elsewhere."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
KERNELS = sorted(ROOT.glob("*/kernels/*.py"))
ELSEWHERE = ("math", "typing", "collections.abc", "numpy", "numpy.typing", "geometry")


@pytest.mark.parametrize("file", KERNELS, ids=lambda file: str(file.relative_to(ROOT)))
def test_kernels_import_only_what_the_cache_knows(file: Path) -> None:
    kernels = tuple(sorted({f"{each.parent.parent.name}.kernels" for each in KERNELS}))
    for node in ast.walk(ast.parse(file.read_text())):
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for module in modules:
            assert module in ELSEWHERE or module.startswith(("geometry.", *kernels)), f"{file.name} imports {module}"


def test_there_are_kernels_to_check() -> None:
    assert len(KERNELS) > 5
