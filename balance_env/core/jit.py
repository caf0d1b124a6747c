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
from functools import cache, cached_property, update_wrapper
from pathlib import Path
from typing import Any, TypeVar

import llvmlite
import llvmlite.binding
import numba
import numpy
from numba.core.caching import CompileResultCacheImpl, FunctionCache, _CacheLocator
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.extending import typeof_impl

F = TypeVar("F", bound=Callable[..., Any])

PACKAGE = Path(__file__).resolve().parents[1]
COMPILED_FOLDERS = ("core", "doctrines", "kernels")
OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}  # of numba, for every rule: see `rule`
IS_PLAIN = bool(getattr(numba.config, "DISABLE_JIT", 0))  # NUMBA_DISABLE_JIT=1: rules run as plain Python


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


class _Ingredient(JITCodeLibrary):
    """The code of a rule that is only compiled into others: it is optimised there, with them, once."""

    @property
    def codegen(self) -> Any:
        return self

    def set_env(self, env_name: str, env: Any) -> None:
        """Nothing runs here, so nothing needs its environment."""

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True


class _IngredientCompiler(Compiler):
    """Compiles a rule as far as an `_Ingredient`."""

    def define_pipelines(self) -> Any:
        self.state.flags.noalias = True
        self.state.library = _Ingredient(self.state.targetctx.codegen(), self.state.func_id.func_qualname)
        return super().define_pipelines()


class _Kernel(JITCodeLibrary):
    """The code of a rule that Python calls, with all that is compiled into it, made short.

    A year of a world runs through tens of kilobytes of code once, so the processor waits for code as much as for
    arithmetic, and loops over eight actors gain nothing from being unrolled: without that, a year is a tenth faster.
    What the kernel knows of its arguments, above all the number of actors, is told to the phases that it calls.
    """

    def _optimize_final_module(self) -> None:
        for function in self._final_module.functions:
            if function.linkage == llvmlite.binding.Linkage.linkonce_odr and not function.is_declaration:
                function.linkage = "internal"  # nobody else calls it, so it may be cut to what its callers pass
        tuning = llvmlite.binding.create_pipeline_tuning_options(speed_level=2)
        tuning.loop_vectorization = True
        tuning.loop_interleaving = False
        tuning.loop_unrolling = False
        builder = llvmlite.binding.create_pass_builder(self._codegen._tm, tuning)
        telling = llvmlite.binding.create_new_module_pass_manager()
        telling.add_always_inliner_pass()
        telling.add_global_dead_code_eliminate_pass()
        telling.add_sroa_pass()
        telling.add_instruction_combine_pass()
        telling.add_simplify_cfg_pass()
        telling.add_ipsccp_pass()  # numbers that every caller passes alike become part of a phase
        telling.add_dead_arg_elimination_pass()
        telling.run(self._final_module, builder)
        builder.getModulePassManager().run(self._final_module, builder)


class KernelCompiler(Compiler):
    """Compiles a rule as a `_Kernel`."""

    def define_pipelines(self) -> Any:
        self.state.flags.noalias = True
        self.state.library = _Kernel(self.state.targetctx.codegen(), self.state.func_id.func_qualname)
        self.state.library.enable_object_caching()  # so that it can be kept for the next start
        return super().define_pipelines()


class Rule:
    """A compiled rule: called from a kernel it is compiled into it, called from Python it runs by itself.

    Only what Python calls is made into machine code with a wrapper for Python and a place in the
    cache: to do so for every rule took half of the time of a first start.
    """

    def __init__(self, function: Callable[..., Any], forceinline: bool) -> None:
        update_wrapper(self, function)
        self.py_func = function
        self._options = {**OPTIONS, "forceinline": forceinline}
        compile_: Any = numba.njit  # its stubs do not know `_nrt`
        self.within = compile_(
            no_cpython_wrapper=True, no_cfunc_wrapper=True, pipeline_class=_IngredientCompiler, **self._options
        )(function)

    @cached_property
    def alone(self) -> Any:
        """The rule as a function for Python, kept for the next start."""
        compile_: Any = numba.njit
        compiled = compile_(pipeline_class=KernelCompiler, **self._options)(self.py_func)
        if cache_folder() is not None:
            compiled._cache = _Cache(self.py_func)
        return compiled

    def __call__(self, *arguments: Any) -> Any:
        """What the rule returns for these arguments."""
        return self.alone(*arguments)

    def bound(self, *arguments: Any) -> Callable[..., Any]:
        """The rule for arguments of the types of these, which it does not look at again.

        To tell the types of a batch takes as long as two years of a world.
        """
        return self.alone.compile(tuple(map(numba.typeof, arguments)))


@typeof_impl.register(Rule)
def _type_of_rule(rule: Rule, context: Any) -> Any:
    return numba.typeof(rule.within)


def rule(function: F) -> F:
    """Compile `function` into its callers on first use.

    Division follows numpy (no exception inside a rule), arithmetic is exact IEEE (no fastmath),
    and the interpreter's lock is released, so that threads can share a batch. Nothing in a rule
    allocates, so arrays are not counted (`_nrt=False`): that made a year five times faster. For
    the same reason only rules may call rules; a jitted function of another make must not. What a
    rule writes through one argument it must not read or write through another (`noalias`): without
    having to ask at every loop whether two arrays overlap, the code is half as long.
    """
    return _compile(function, forceinline=True)


def phase(function: F) -> F:
    """A rule kept as a call of its own: what happens seldom, and what is called from many places."""
    return _compile(function, forceinline=False)


def _compile(function: Any, forceinline: bool) -> Any:
    return function if IS_PLAIN else Rule(function, forceinline)


def bound(rule: Any, *arguments: Any) -> Callable[..., Any]:
    """`Rule.bound`; in plain Python the rule itself."""
    return rule if IS_PLAIN else rule.bound(*arguments)
