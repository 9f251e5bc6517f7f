# pyarrow ships no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Parquet tables that say what they hold: unit and meaning per column, conventions in the schema's metadata."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from stream.errors import StreamError
from stream.files.replacing import replacing

METADATA_KEY = b"valgus"


@dataclass(frozen=True)
class Column:
    """One column: its values, unit (`""` for words) and meaning."""

    name: str
    values: NDArray[np.generic] | Sequence[str]
    unit: str
    meaning: str


class Description(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a table holds; stored as JSON under the key `valgus` of the schema's metadata."""

    table: str
    version: int
    conventions: dict[str, str]
    keypoint_set: str = ""
    points: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """Columns and units by name as read from `path`; `description` is None where the table is not ours."""

    path: Path
    columns: Mapping[str, NDArray[np.generic]]
    units: Mapping[str, str]
    description: Description | None

    def numbers(self, name: str) -> NDArray[np.float64]:
        """A column as float64; raises StreamError where it is absent or holds no numbers."""
        try:
            return self.columns[name].astype(np.float64)
        except (KeyError, ValueError, TypeError) as error:
            raise StreamError(f"{self.path} has no column '{name}' of numbers; write the trial again") from error

    def words(self, name: str) -> NDArray[np.str_]:
        """A column as text; raises StreamError where it is absent."""
        try:
            return self.columns[name].astype(np.str_)
        except KeyError as error:
            raise StreamError(f"{self.path} has no column '{name}'; write the trial again") from error


def write_parquet(path: Path, columns: Sequence[Column], description: Description) -> None:
    """Write a table.

    Raises
    ------
    StreamError : the file system refuses
    """
    arrays = [pa.array(column.values) for column in columns]
    fields = [
        pa.field(column.name, array.type, metadata={"unit": column.unit, "meaning": column.meaning})
        for column, array in zip(columns, arrays, strict=True)
    ]
    schema = pa.schema(fields, metadata={METADATA_KEY: msgspec.json.encode(description)})
    with replacing(path) as temporary:
        pq.write_table(pa.Table.from_arrays(arrays, schema=schema), temporary, compression="zstd")


def read_parquet(path: Path) -> Table:
    """Read a whole table.

    Raises
    ------
    StreamError : missing, damaged or no Parquet file
    """
    try:
        table = pq.read_table(path)
        stored = (table.schema.metadata or {}).get(METADATA_KEY)
        return Table(
            path=path,
            columns={name: table.column(name).to_numpy() for name in table.column_names},
            units={field.name: (field.metadata or {}).get(b"unit", b"").decode() for field in table.schema},
            description=msgspec.json.decode(stored, type=Description) if stored else None,
        )
    except FileNotFoundError as error:
        raise StreamError(f"{path} does not exist; give the folder of a trial that `valgus process` wrote") from error
    except (pa.ArrowException, OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StreamError(f"{path} is not a Parquet table that can be read; write the trial again") from error
