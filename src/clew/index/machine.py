"""Machine instructions that Numba has no name for: bit counts, prefetch, eight-wide compares.

Every function works on plain memory addresses (``uint64``), so that one compiled kernel reads
arrays in memory and sections of a memory-mapped file alike. Nothing here checks bounds: the
kernels that call these functions do. The vector code is written as LLVM vectors of fixed width;
LLVM lowers them to what the processor has (AVX-512 VPOPCNT, AVX2 byte shuffles, NEON).
"""

# Numba fixes the parameters of an intrinsic and of its generator, used or not.
# ruff: noqa: ARG001

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import extending, types

# Numba's own type of an intrinsic shows checkers the generator's parameters; callers pass others.
intrinsic: Any = extending.intrinsic

_I1 = ir.IntType(1)
_I8 = ir.IntType(8)
_I16 = ir.IntType(16)
_I32 = ir.IntType(32)
_I64 = ir.IntType(64)
_EIGHT_I64 = ir.VectorType(_I64, 8)
_SKETCHES = ir.VectorType(_I16, 32)


def _shuffle(builder: Any, left: Any, right: Any, lanes: list[int]) -> Any:
    return builder.shuffle_vector(left, right, ir.Constant(ir.VectorType(_I32, len(lanes)), lanes))


def _spread(builder: Any, vector_type: Any, value: Any) -> Any:
    """One value in all lanes."""
    nothing = ir.Constant(vector_type, ir.Undefined)
    first = builder.insert_element(nothing, value, ir.Constant(_I32, 0))
    return _shuffle(builder, first, nothing, [0] * vector_type.count)


def _load(builder: Any, address: Any, loaded_type: Any, align: int) -> Any:
    value = builder.load(builder.inttoptr(address, loaded_type.as_pointer()))
    value.align = align
    return value


def _count_bits(builder: Any, vector_type: Any, name: str, value: Any) -> Any:
    declared = builder.module.globals.get(name)
    if declared is None:
        declared = ir.Function(builder.module, ir.FunctionType(vector_type, (vector_type,)), name)
    return builder.call(declared, [value])


@intrinsic
def bit_count(typing_context: Any, value: Any) -> Any:
    """Number of one bits in a ``uint64``."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


@intrinsic
def lowest_bit(typing_context: Any, value: Any) -> Any:
    """Position of the lowest one bit of a ``uint64``; undefined for 0."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(_I1, 1))

    return types.uint64(types.uint64), generate


@intrinsic
def prefetch(typing_context: Any, address: Any) -> Any:
    """Ask for the cache line at an address; never faults, whatever the address."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _I8.as_pointer()
        function = builder.module.declare_intrinsic(
            "llvm.prefetch",
            (pointer,),
            ir.FunctionType(ir.VoidType(), (pointer, _I32, _I32, _I32)),
        )
        read, keep_in_all_levels, data = (ir.Constant(_I32, number) for number in (0, 3, 1))
        target = builder.inttoptr(arguments[0], pointer)
        builder.call(function, [target, read, keep_in_all_levels, data])
        return context.get_dummy_value()

    return types.void(types.uint64), generate


@intrinsic
def load_u8(typing_context: Any, address: Any) -> Any:
    """The byte at an address."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _load(builder, arguments[0], _I8, 1)

    return types.uint8(types.uint64), generate


@intrinsic
def load_u16(typing_context: Any, address: Any) -> Any:
    """The ``uint16`` at an address that is a multiple of 2."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _load(builder, arguments[0], _I16, 2)

    return types.uint16(types.uint64), generate


@intrinsic
def load_u32(typing_context: Any, address: Any) -> Any:
    """The ``uint32`` at an address that is a multiple of 4."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _load(builder, arguments[0], _I32, 4)

    return types.uint32(types.uint64), generate


@intrinsic
def load_u64(typing_context: Any, address: Any) -> Any:
    """The ``uint64`` at an address that is a multiple of 8."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _load(builder, arguments[0], _I64, 8)

    return types.uint64(types.uint64), generate


@intrinsic
def load_u32_pair(typing_context: Any, address: Any) -> Any:
    """Two neighbouring ``uint32`` at an address that is a multiple of 4, the first one low."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _load(builder, arguments[0], _I64, 4)

    return types.uint64(types.uint64), generate


@intrinsic
def sketches_within(typing_context: Any, address: Any, sketch: Any, mask: Any, most: Any) -> Any:
    """Compare 32 neighbouring 16-bit sketches (64 bytes at ``address``) with one.

    Bit i of the answer is set where ``bit_count((stored[i] ^ sketch) & mask) <= most``.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        where, wanted, masked, limit = arguments
        stored = _load(builder, where, _SKETCHES, 2)
        difference = builder.xor(stored, _spread(builder, _SKETCHES, wanted))
        difference = builder.and_(difference, _spread(builder, _SKETCHES, masked))
        counts = _count_bits(builder, _SKETCHES, "llvm.ctpop.v32i16", difference)
        near = builder.icmp_unsigned("<=", counts, _spread(builder, _SKETCHES, limit))
        return builder.zext(builder.bitcast(near, _I32), _I64)

    return types.uint64(types.uint64, types.uint16, types.uint16, types.uint16), generate


@intrinsic
def sketch_pairs_within(
    typing_context: Any, near_address: Any, far_address: Any, sketch: Any, mask: Any, most: Any
) -> Any:
    """Compare 32 neighbouring 32-bit sketches, stored as two arrays of halves, with one.

    Bit i of the answer is set where the masked differences of the low half (at ``near_address``)
    and of the high half (at ``far_address``) are together at most ``most``.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        *addresses, wanted, masked, limit = arguments
        counts = []
        for half, address in enumerate(addresses):
            shift = ir.Constant(_I32, 16 * half)
            sketch_half = builder.trunc(builder.lshr(wanted, shift), _I16)
            mask_half = builder.trunc(builder.lshr(masked, shift), _I16)
            stored = _load(builder, address, _SKETCHES, 2)
            difference = builder.xor(stored, _spread(builder, _SKETCHES, sketch_half))
            difference = builder.and_(difference, _spread(builder, _SKETCHES, mask_half))
            counts.append(_count_bits(builder, _SKETCHES, "llvm.ctpop.v32i16", difference))
        total = builder.add(*counts)
        near = builder.icmp_unsigned("<=", total, _spread(builder, _SKETCHES, limit))
        return builder.zext(builder.bitcast(near, _I32), _I64)

    word, half_word = types.uint64, types.uint32
    return word(word, word, half_word, half_word, types.uint16), generate


@intrinsic
def hashes_within(
    typing_context: Any, address: Any, q0: Any, q1: Any, q2: Any, q3: Any, radius: Any
) -> Any:
    """Compare eight neighbouring 256-bit hashes (256 bytes at ``address``) with one.

    Bit i of the answer is set where the Hamming distance of hash i to (q0, q1, q2, q3) is at
    most ``radius``.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        where, *words, limit = arguments
        wanted = ir.Constant(_EIGHT_I64, ir.Undefined)
        for lane in range(8):
            wanted = builder.insert_element(wanted, words[lane % 4], ir.Constant(_I32, lane))
        counts = []
        for pair in range(4):  # two hashes fill one vector
            here = builder.add(where, ir.Constant(_I64, 64 * pair))
            stored = _load(builder, here, _EIGHT_I64, 8)
            difference = builder.xor(stored, wanted)
            counts.append(_count_bits(builder, _EIGHT_I64, "llvm.ctpop.v8i64", difference))
        even, odd = list(range(0, 16, 2)), list(range(1, 16, 2))

        def add_neighbours(left: Any, right: Any) -> Any:
            return builder.add(
                _shuffle(builder, left, right, even), _shuffle(builder, left, right, odd)
            )

        distances = add_neighbours(
            add_neighbours(counts[0], counts[1]), add_neighbours(counts[2], counts[3])
        )
        near = builder.icmp_unsigned("<=", distances, _spread(builder, _EIGHT_I64, limit))
        return builder.zext(builder.bitcast(near, _I8), _I64)

    word = types.uint64
    return word(word, word, word, word, word, word), generate
