"""float64 columns out of DuckDB as they come, a piece at a time: through Arrow's C stream, which needs no library."""

from __future__ import annotations

import ctypes
from array import array
from typing import Any

import numpy as np

_POINTER = ctypes.c_void_p


class _Array(ctypes.Structure):
    """One piece: its columns are children, a child's numbers its second buffer. (The Arrow C data interface.)"""


_Array._fields_ = [
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(_POINTER)),
    ("children", ctypes.POINTER(ctypes.POINTER(_Array))),
    ("dictionary", _POINTER),
    ("release", ctypes.CFUNCTYPE(None, ctypes.POINTER(_Array))),
    ("private_data", _POINTER),
]


class _Stream(ctypes.Structure):
    """Pieces until one without a `release`; anything but 0 from `get_next` is an error."""


_Stream._fields_ = [
    ("get_schema", _POINTER),
    ("get_next", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(_Stream), ctypes.POINTER(_Array))),
    ("get_last_error", _POINTER),
    ("release", ctypes.CFUNCTYPE(None, ctypes.POINTER(_Stream))),
    ("private_data", _POINTER),
]


def float_columns(relation: Any, n: int) -> list[np.ndarray] | None:
    """The n columns of a relation of DOUBLEs, (rows,) each; None where there is a NULL, an error, or no row."""
    capsule = relation.__arrow_c_stream__()
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = _POINTER, [ctypes.py_object, ctypes.c_char_p]
    stream = _Stream.from_address(pointer(capsule, b"arrow_array_stream"))  # the capsule releases it when it goes
    columns = [array("d") for _ in range(n)]
    while True:
        piece = _Array()
        if stream.get_next(ctypes.byref(stream), ctypes.byref(piece)):
            return None
        if not piece.release:
            return [np.frombuffer(column) for column in columns] if columns[0] else None
        try:
            for i, column in enumerate(columns):
                child = piece.children[i].contents
                if child.null_count and child.buffers[0]:
                    return None
                first = (child.buffers[1] or 0) + 8 * (child.offset + piece.offset)
                if child.length:
                    column.frombytes((ctypes.c_char * (8 * child.length)).from_address(first))
        finally:
            piece.release(ctypes.byref(piece))
