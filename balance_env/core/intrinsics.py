"""What the compiler has no word for: the bits of a number, memory called for and shapes told in advance, a tile turned.

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
FLOAT_BYTES = 4


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


def _turning(lines: int) -> Any:
    """See `turner`: square by square in registers, the last one over what the one before it has written."""

    @intrinsic
    def turn(typing, tile, out, starts):
        def build(context, builder, signature, arguments):
            tile, out, starts = (
                make_array(kind)(context, builder, array).data
                for kind, array in zip(signature.args, arguments, strict=True)
            )
            line, lane = ir.VectorType(ir.FloatType(), SQUARE), ir.IntType(32)
            nowhere = builder.bitcast(cgutils.alloca_once(builder, ir.ArrayType(ir.FloatType(), lines)), tile.type)
            places = []
            for k in range(SQUARE):
                start = builder.load(builder.gep(starts, [lane(k)]))
                is_nowhere = builder.icmp_signed("<", start, start.type(0))
                places.append(builder.select(is_nowhere, nowhere, builder.gep(out, [start])))
            for top in [*range(0, lines - SQUARE, SQUARE), lines - SQUARE]:
                places_of_rows = [builder.gep(tile, [lane((top + k) * SQUARE)]) for k in range(SQUARE)]
                rows = [
                    builder.load(builder.bitcast(place, line.as_pointer()), align=FLOAT_BYTES)
                    for place in places_of_rows
                ]
                for half in (1, 2, 4):  # the corners of every square of twice this side change places
                    for k in range(SQUARE):
                        if not k & half:
                            upper = [n if not n & half else n - half + SQUARE for n in range(SQUARE)]
                            lower = [n + half if not n & half else n + SQUARE for n in range(SQUARE)]
                            rows[k], rows[k + half] = (
                                builder.shuffle_vector(
                                    rows[k], rows[k + half], ir.Constant(ir.VectorType(lane, SQUARE), chosen)
                                )
                                for chosen in (upper, lower)
                            )
                for k in range(SQUARE):
                    place = builder.bitcast(builder.gep(places[k], [lane(top)]), line.as_pointer())
                    builder.store(rows[k], place, align=FLOAT_BYTES)
            return context.get_dummy_value()

        return numba.types.none(tile, out, starts), build

    return turn


def _bits_in_python(x: float) -> int:
    return struct.unpack("<q", struct.pack("<d", x))[0]


def _number_in_python(bits: int) -> float:
    return struct.unpack("<d", struct.pack("<q", bits))[0]


def _turn_in_python(tile: Any, out: Any, starts: Any) -> None:
    for column, start in zip(tile.T, starts, strict=True):
        if start >= 0:
            out.reshape(-1)[start : start + len(column)] = column


bits_of: Any = _bits_in_python if IS_PLAIN else _bits_of  # the 64 bits of a double, as a whole number
call_for: Any = (lambda array, byte: None) if IS_PLAIN else _call_for  # bring what lies there near the processor
number_of: Any = _number_in_python if IS_PLAIN else _number_of  # the double whose bits these are
with_shape: Any = (lambda array, shape: array) if IS_PLAIN else _with_shape  # seen under a shape of the same size


def turner(lines: int) -> Any:
    """A rule that writes the columns k of `tile` (lines, SQUARE) float32 to `out` from `starts[k]` on.

    Nowhere if `starts[k]` is below 0. The columns of a tile are the rows of a loop that works on many
    actors at a time.
    """
    return _turn_in_python if IS_PLAIN else _turning(lines)
