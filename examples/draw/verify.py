#!/usr/bin/env python3
"""Computes places in a draw anew (docs/draw.md, anteroom-draw-v1), with nothing but Python 3.8 or later.

  verify.py SEED ENTRANTS ENTRANT [BASE]   the number of one entrant, and the seed's hash
  verify.py VECTORS.json                   compares with test vectors
"""
import json
import sys
from hashlib import sha256
from math import isqrt


def place(seed: bytes, n: int, entrant: int) -> int:
    """The place of an entrant among n, both counted from 0."""
    a = isqrt(n - 1) + 1
    b = -(-n // a)

    def f(round: int, half: int) -> int:
        return int.from_bytes(sha256(seed + bytes([round]) + half.to_bytes(4, "big")).digest()[:6], "big")

    x = entrant
    while True:
        left, right = x % a, x // a
        for r in range(0, 24 if n < 1000 else 12, 2):
            left = (left + f(r, right)) % a
            right = (right + f(r + 1, left)) % b
        x = right * a + left
        if x < n:
            return x


def check(vectors: dict) -> None:
    for draw in vectors["draws"]:
        seed = bytes.fromhex(draw["seed"])
        assert sha256(seed).hexdigest() == draw["seed_hash"], draw["seed"]
        for entrant, expected in draw["places"]:
            assert place(seed, draw["entrants"], entrant) == expected, (draw["entrants"], entrant)
    print(sum(len(draw["places"]) for draw in vectors["draws"]), "places agree")


if __name__ == "__main__":
    if len(sys.argv) == 2:
        with open(sys.argv[1]) as file:
            check(json.load(file))
    else:
        seed, n, entrant, base = bytes.fromhex(sys.argv[1]), *map(int, (sys.argv[2:] + ["0"])[:3])
        print("seed hash", sha256(seed).hexdigest())
        print("number", base + 1 + place(seed, n, entrant))
