"""`rule`: the one decorator of the core, and where compiled rules are kept.

A rule is a plain function of numbers and arrays: arithmetic, `if`, `for ... in range`, IntEnum
members and NamedTuples; no allocation, no objects, no exceptions. It runs compiled (numba), and
as plain Python with NUMBA_DISABLE_JIT=1, which is how it is debugged and covered.
"""

from __future__ import annotations

import hashlib
import os
import sys
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import llvmlite
import llvmlite.binding
import numba
import numpy
from numba.core.caching import CompileResultCacheImpl, FunctionCache, _CacheLocator

F = TypeVar("F", bound=Callable[..., Any])

PACKAGE = Path(__file__).resolve().parents[1]
COMPILED_FOLDERS = ("core", "doctrines", "kernels")


def fingerprint() -> str:
    """Hash of every source a compiled rule can depend on, the compiler and the processor."""
    digest = hashlib.sha256()
    for folder in COMPILED_FOLDERS:
        for path in sorted((PACKAGE / folder).rglob("*.py")):
            digest.update(path.relative_to(PACKAGE).as_posix().encode())
            digest.update(path.read_bytes())
    for part in (
        sys.version,
        numba.__version__,
        numpy.__version__,
        llvmlite.__version__,
        llvmlite.binding.get_host_cpu_name(),
        llvmlite.binding.get_host_cpu_features().flatten(),
    ):
        digest.update(part.encode())
    return digest.hexdigest()[:24]


@cache
def cache_folder() -> Path | None:
    """The folder of compiled rules, or None (with one warning) where nothing can be written.

    numba's own cache does not notice a change in *another* file, so the folder's name holds the
    fingerprint of all of them: a changed rule never runs from a stale cache. The parent is
    `$BALANCE_ENV_CACHE`, else the user's cache folder.
    """
    if sys.platform == "win32":
        home = Path(os.environ.get("LOCALAPPDATA", Path.home()))
    else:
        home = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    folder = Path(os.environ.get("BALANCE_ENV_CACHE", home / "balance_env")) / fingerprint()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".write-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        warnings.warn(
            f"compiled rules cannot be kept in {folder} ({error.strerror}): they are compiled in "
            "memory at every start. Set BALANCE_ENV_CACHE to a folder that can be written.",
            RuntimeWarning,
            stacklevel=2,
        )
        return None
    return folder


class _Locator(_CacheLocator):
    """Tells numba to keep a compiled rule in `cache_folder`."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._name = f"{function.__module__}.{function.__qualname__}"

    def get_cache_path(self) -> str:
        return str(cache_folder())

    def get_source_stamp(self) -> str:
        return "the folder's name"

    def get_disambiguator(self) -> str:
        return hashlib.sha256(self._name.encode()).hexdigest()[:8]

    @classmethod
    def from_function(cls, py_func: Callable[..., Any], py_file: str) -> _Locator:
        return cls(py_func)


class _CacheImpl(CompileResultCacheImpl):
    _locator_classes: Any = [_Locator]  # noqa: RUF012 - numba's name


class _Cache(FunctionCache):
    _impl_class = _CacheImpl


def rule(function: F) -> F:
    """Compile `function` into its callers on first use; keep what was compiled for the next start.

    Division follows numpy (no exception inside a rule), arithmetic is exact IEEE (no fastmath),
    and the interpreter's lock is released, so that threads can share a batch. Nothing in a rule
    allocates, so arrays are not counted (`_nrt=False`): that made a year five times faster. For
    the same reason only rules may call rules; a jitted function of another make must not.
    """
    return _compile(function, forceinline=True)


def phase(function: F) -> F:
    """A rule kept as a call of its own: loops over actors, and what happens seldom."""
    return _compile(function, forceinline=False)


def _compile(function: F, forceinline: bool) -> F:
    compile_: Any = numba.njit  # its stubs do not know `_nrt`
    compiled = compile_(nogil=True, error_model="numpy", _nrt=False, forceinline=forceinline)(function)
    if compiled is not function and cache_folder() is not None:  # with JIT disabled they are one
        compiled._cache = _Cache(function)
    return compiled
