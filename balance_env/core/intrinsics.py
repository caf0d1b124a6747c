"""What the compiler has no word for.

The bits of a number, the first of eight that is set, memory called for and shapes told in advance, a tile turned.

In plain Python each does the same, or nothing where only speed is at stake.
"""

from __future__ import annotations

import struct
from typing import Any

import numba
from llvmlite import ir
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import make_array, populate_array

from .jit import IS_PLAIN

SQUARE = 8  # columns of a tile that is turned
CACHE_LINE = 64  # bytes that come at a time
EIGHT = 8  # doubles that a wide processor takes at a time
FLOAT_BYTES, DOUBLE_BYTES = 4, 8


@intrinsic
def _bits_of(typing, x):
    def build(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.IntType(64))

    return numba.types.int64(numba.types.float64), build


@intrinsic
def _number_of(typing, bits):
    def build(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.DoubleType())

    return numba.types.float64(numba.types.int64), build


@intrinsic
def _call_for(typing, array, byte):
    def build(context, builder, signature, arguments):
        data = make_array(signature.args[0])(context, builder, arguments[0]).data
        pointer, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        place = builder.gep(builder.bitcast(data, pointer), [arguments[1]])
        kind = ir.FunctionType(ir.VoidType(), [pointer, number, number, number])
        prefetch = builder.module.declare_intrinsic("llvm.prefetch", [pointer], kind)
        to_write, nearby, data_not_code = number(1), number(2), number(1)
        builder.call(prefetch, [place, to_write, nearby, data_not_code])
        return context.get_dummy_value()

    return numba.types.none(array, numba.types.intp), build


@intrinsic
def _first_of_eight(typing, numbers, start):
    def build(context, builder, signature, arguments):
        eight = ir.VectorType(ir.DoubleType(), EIGHT)
        data = builder.gep(make_array(signature.args[0])(context, builder, arguments[0]).data, [arguments[1]])
        loaded = builder.load(builder.bitcast(data, eight.as_pointer()), align=DOUBLE_BYTES)
        is_set = builder.fcmp_unordered("!=", loaded, ir.Constant(eight, [0.0] * EIGHT))
        bits = builder.zext(builder.bitcast(is_set, ir.IntType(EIGHT)), ir.IntType(64))
        with_end = builder.or_(bits, ir.Constant(ir.IntType(64), 1 << EIGHT))
        return builder.cttz(with_end, ir.Constant(ir.IntType(1), 1))

    return numba.types.int64(numbers, numba.types.intp), build


@intrinsic
def _with_shape(typing, array, shape):
    def build(context, builder, signature, arguments):
        old = make_array(signature.args[0])(context, builder, arguments[0])
        new = make_array(signature.return_type)(context, builder)
        item = context.get_constant(numba.types.intp, context.get_abi_sizeof(context.get_data_type(array.dtype)))
        sizes = cgutils.unpack_tuple(builder, arguments[1])
        strides = [item]
        for size in reversed(sizes[1:]):
            strides.insert(0, builder.mul(strides[0], size))
        populate_array(new, old.data, sizes, strides, item, old.meminfo, old.parent)
        return new._getvalue()

    result = numba.types.Array(array.dtype, len(shape), "C")
    return result(array, numba.types.UniTuple(numba.types.intp, len(shape))), build


def _squares(lines: int) -> list[tuple[int, int]]:
    """(first line, lines) of what is turned at a time: squares, then half of one or one over what is turned already."""
    whole = lines // SQUARE * SQUARE
    squares = [(top, SQUARE) for top in range(0, whole, SQUARE)]
    if lines - whole == SQUARE // 2:
        squares.append((whole, SQUARE // 2))
    elif lines > whole:
        squares.append((lines - SQUARE, SQUARE))
    return squares


def _turning(lines: int) -> Any:
    """See `turner`: square by square in registers."""

    @intrinsic
    def turn(typing, tile, out, spare, starts):
        def build(context, builder, signature, arguments):
            tile, out, spare, starts = (
                make_array(kind)(context, builder, array).data
                for kind, array in zip(signature.args, arguments, strict=True)
            )
            lane = ir.IntType(32)

            def choose(one, other, chosen):
                return builder.shuffle_vector(one, other, ir.Constant(ir.VectorType(lane, len(chosen)), chosen))

            def vector_at(place, size):
                return builder.bitcast(place, ir.VectorType(ir.FloatType(), size).as_pointer())

            places = []
            for k in range(SQUARE):
                start = builder.load(builder.gep(starts, [lane(k)]))
                is_nowhere = builder.icmp_signed("<", start, start.type(0))
                places.append(builder.select(is_nowhere, spare, builder.gep(out, [start])))
            for top, tall in _squares(lines):
                rows = [
                    builder.load(vector_at(builder.gep(tile, [lane((top + k) * SQUARE)]), SQUARE), align=FLOAT_BYTES)
                    for k in range(tall)
                ]
                half = 1
                while half < tall:  # the corners of every square of twice this side change places
                    for k in range(tall):
                        if not k & half:
                            upper = [n if not n & half else n - half + SQUARE for n in range(SQUARE)]
                            lower = [n + half if not n & half else n + SQUARE for n in range(SQUARE)]
                            rows[k], rows[k + half] = (
                                choose(rows[k], rows[k + half], upper),
                                choose(rows[k], rows[k + half], lower),
                            )
                    half *= 2
                for k in range(SQUARE):
                    row, first = rows[k % tall], k // tall * tall
                    column = row if tall == SQUARE else choose(row, row, list(range(first, first + tall)))
                    builder.store(column, vector_at(builder.gep(places[k], [lane(top)]), tall), align=FLOAT_BYTES)
            return context.get_dummy_value()

        return numba.types.none(tile, out, spare, starts), build

    return turn


def _bits_in_python(x: float) -> int:
    return struct.unpack("<q", struct.pack("<d", x))[0]


def _number_in_python(bits: int) -> float:
    return struct.unpack("<d", struct.pack("<q", bits))[0]


def _first_in_python(numbers: Any, start: int) -> int:
    return next((k for k in range(EIGHT) if numbers[start + k] != 0.0), EIGHT)


def _turn_in_python(tile: Any, out: Any, spare: Any, starts: Any) -> None:
    for column, start in zip(tile.T, starts, strict=True):
        if start >= 0:
            out.reshape(-1)[start : start + len(column)] = column


bits_of: Any = _bits_in_python if IS_PLAIN else _bits_of  # the 64 bits of a double, as a whole number
call_for: Any = (lambda array, byte: None) if IS_PLAIN else _call_for  # bring what lies there near the processor
first_of_eight: Any = _first_in_python if IS_PLAIN else _first_of_eight  # that is not 0, counted from start; or 8
number_of: Any = _number_in_python if IS_PLAIN else _number_of  # the double whose bits these are
with_shape: Any = (lambda array, shape: array) if IS_PLAIN else _with_shape  # seen under a shape of the same size


def turner(lines: int) -> Any:
    """A rule that writes the columns k of `tile` (lines, SQUARE) float32 to `out` from `starts[k]` on.

    To `spare` (lines,) if `starts[k]` is below 0. The columns of a tile are the rows of a loop that works on many
    actors at a time.
    """
    return _turn_in_python if IS_PLAIN else _turning(lines)
