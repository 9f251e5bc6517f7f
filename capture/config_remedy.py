"""What may stand where a configuration is wrong: the choices where they are few, else the keys of the table."""

import re
from typing import Any, cast

import msgspec
from msgspec import inspect

_STEP = re.compile(r"\.?(?P<key>\w+)|\[(?P<index>[^]]*)\]")


def remedy(kind: type[msgspec.Struct], content: Any, where: str, complaint: str) -> str:
    """`choices: ...` or `keys here: ...`.

    Parameters
    ----------
    kind : what `content` should be
    where : path to what is wrong, such as `cameras[0].name`; empty for the whole
    complaint : of msgspec
    """
    here: list[inspect.Type] = [inspect.type_info(kind)]
    tables, key = _structs(here), None
    for step in _STEP.finditer(where):
        key, here, content = step["key"], _types_below(here, step["key"]), _value_below(content, step)
        if _structs(here):
            tables, key = _of_this_kind(_structs(here), content), None
    tags = [table.tag_field for table in tables if table.tag_field]
    if tags and (key == tags[0] or f"missing required field `{tags[0]}`" in complaint):
        return f"choices for {tags[0]}: {', '.join(str(table.tag) for table in tables)}"
    if choices := [str(value) for each in here if isinstance(each, inspect.LiteralType) for value in each.values]:
        return f"choices: {', '.join(choices)}"
    return f"keys here: {', '.join(_keys(tables))}"


def _structs(types: list[inspect.Type]) -> list[inspect.StructType]:
    return [each for each in types if isinstance(each, inspect.StructType)]


def _types_below(types: list[inspect.Type], key: str | None) -> list[inspect.Type]:
    """Types of one key of these tables, or of the items of these lists where there is no key."""
    below: list[inspect.Type] = []
    for kind in types:
        if isinstance(kind, inspect.StructType) and key is not None:
            below += [field.type for field in kind.fields if field.encode_name == key]
        elif isinstance(kind, inspect.ListType) and key is None:
            below.append(kind.item_type)
    return [inner for kind in below for inner in (kind.types if isinstance(kind, inspect.UnionType) else (kind,))]


def _value_below(content: Any, step: re.Match[str]) -> Any:
    """Value of one key of a table or of one place in a list; None where there is none."""
    if step["key"] is not None:
        return _entries(content).get(step["key"])
    return _items(content)[int(step["index"])] if step["index"].isdecimal() else None


def _entries(content: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", content) if isinstance(content, dict) else {}


def _items(content: Any) -> list[Any]:
    return cast("list[Any]", content) if isinstance(content, list) else []


def _of_this_kind(tables: list[inspect.StructType], content: Any) -> list[inspect.StructType]:
    """The table whose tag the content has; all of them where it has none of theirs."""
    return [table for table in tables if _entries(content).get(table.tag_field or "") == table.tag] or tables


def _keys(tables: list[inspect.StructType]) -> list[str]:
    tags = [table.tag_field for table in tables if table.tag_field]
    return list(dict.fromkeys([*tags, *(field.encode_name for table in tables for field in table.fields)]))
