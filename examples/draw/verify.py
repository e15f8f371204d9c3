#!/usr/bin/env python3
"""Recomputes places of a draw, as docs/draw.md specifies anteroom-draw-v1.

usage: verify.py SEED_HEX ENTRANTS ENTRANT...     (prints the seed's hash, then one place per line)
"""
import hashlib
import math
import sys


def place(seed: bytes, entrants: int, entrant: int) -> int:
    a = math.isqrt(entrants - 1) + 1
    b = -(-entrants // a)
    rounds = 24 if entrants < 1000 else 12

    def random(turn: int, half: int) -> int:
        digest = hashlib.sha256(seed + bytes([turn]) + half.to_bytes(4, "big")).digest()
        return int.from_bytes(digest[:6], "big")

    at = entrant
    while True:
        right, left = divmod(at, a)
        for turn in range(0, rounds, 2):
            left = (left + random(turn, right)) % a
            right = (right + random(turn + 1, left)) % b
        at = right * a + left
        if at < entrants:
            return at


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    seed = bytes.fromhex(sys.argv[1])
    print(hashlib.sha256(seed).hexdigest())
    for entrant in sys.argv[3:]:
        print(place(seed, int(sys.argv[2]), int(entrant)))
