#!/usr/bin/env python3
"""Writes ed25519_edges.txt: signatures about which Ed25519 verifiers differ, and what ours say.

The verdicts follow from docs/evidence-format.md, section 5, by the arithmetic in tests/tools/ed25519.py, which no verifier
shares. Run: tests/codecs/crypto/ed25519_edges.py > tests/codecs/crypto/ed25519_edges.txt
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
from ed25519 import BASE, ORDER, P, add, encoded, expanded, multiply, reduced  # noqa: E402

SECRET = expanded(bytes([7]) * 32)[0] % ORDER
NONCE = expanded(bytes([8]) * 32)[0] % ORDER
SIGN = 1 << 255
IDENTITY = (0, 1, 1, 0)

HEADER = """\
# Edges of Ed25519, written by ed25519_edges.py: verdict, public key, message, R, s, and what it is about.
# "B" is the base point, "L" its order, and "T" a point of order 8.
"""


def number(value):
    return value.to_bytes(32, "little")


def point_of_order_8():
    """A multiple by L of a point outside of the base point's group has an order that divides 8."""
    y = 2
    while True:
        square = (y * y - 1) * pow(-121665 * pow(121666, -1, P) * y * y + 1, -1, P) % P
        x = pow(square, (P + 3) // 8, P)
        if x * x % P != square:
            x = x * pow(2, (P - 1) // 4, P) % P
        point = multiply(ORDER, (x, y, 1, x * y % P))
        if x * x % P == square and encoded(multiply(4, point)) != encoded(IDENTITY):
            return point
        y += 1


TORSION = [multiply(i, point_of_order_8()) for i in range(8)]


def line(verdict, key, message, commitment, answer, about):
    print(verdict, key.hex(), message.hex(), commitment.hex(), number(answer).hex(), about)


def message_whose(holds, commitment, key):
    """The first message whose hash, as the multiplier of the key, is as wanted."""
    messages = (number(i)[:2] for i in range(1 << 16))
    return next(message for message in messages if holds(reduced(commitment, key, message)))


def answers_beyond_the_order(key, message):
    commitment = encoded(multiply(NONCE, BASE))
    answer = (NONCE + reduced(commitment, key, message) * SECRET) % ORDER
    line("valid", key, message, commitment, answer, "ordinary")
    line("invalid", key, message + b"!", commitment, answer, "another message")
    for times in (1, 2, 7, 8, 14):
        line("invalid", key, message, commitment, answer + times * ORDER, f"s + {times} L")


def keys_of_small_order():
    """The equation holds with s = r, since the hash times the key is nothing: by such a key everybody can sign."""
    commitment = encoded(multiply(NONCE, BASE))
    for y, names in ((1, "y = 1"), (P - 1, "y = p - 1"), (0, "y = 0"), (P, "y = p"), (P + 1, "y = p + 1")):
        for sign in (0, SIGN):
            key = number(y | sign)
            message = message_whose(lambda h: h % 8 == 0, commitment, key)
            line("invalid", key, message, commitment, NONCE, f"key of small order, {names}{', sign' if sign else ''}")
    for i in (1, 3, 5, 7):
        key = encoded(TORSION[i])
        message = message_whose(lambda h: h % 8 == 0, commitment, key)
        line("invalid", key, message, commitment, NONCE, f"key of small order, {i} T")
    for key in (number(1), encoded(TORSION[1])):
        line("invalid", key, message_whose(lambda h: h % 8 == 7, key, key), key, 0, "key and R of small order, s = 0")


def commitments_of_small_order(key):
    """The equation holds: whoever has the key can sign with a nonce of zero."""
    for encoding, about in ((number(1), "1"), (number(1 | SIGN), "1, sign"), (number(P + 1), "p + 1")):
        answer = reduced(encoding, key, b"nonce") * SECRET % ORDER
        line("invalid", key, b"nonce", encoding, answer, f"R of order 1, y = {about}")
    mixed = encoded(add(multiply(SECRET, BASE), TORSION[1]))
    for i in range(1, 8):
        commitment = encoded(TORSION[i])
        message = message_whose(lambda h: (h + i) % 8 == 0, commitment, mixed)
        answer = reduced(commitment, mixed, message) * SECRET % ORDER
        line("invalid", mixed, message, commitment, answer, f"R = {i} T, key = aB + T")


def points_of_mixed_order(key):
    mixed = encoded(add(multiply(SECRET, BASE), TORSION[1]))

    def signed(verdict, public, holds, torsion, about):
        commitment = encoded(add(multiply(NONCE, BASE), TORSION[torsion]))
        message = message_whose(holds, commitment, public)
        answer = (NONCE + reduced(commitment, public, message) * SECRET) % ORDER
        line(verdict, public, message, commitment, answer, about)

    signed("valid", mixed, lambda h: h % 8 == 0, 0, "key = aB + T, the hash takes T away")
    signed("invalid", mixed, lambda h: h % 8 == 1, 0, "key = aB + T, only times 8")
    signed("invalid", mixed, lambda h: h % 8 == 4, 0, "key = aB + T, only times 2")
    signed("invalid", key, lambda h: True, 1, "R = rB + T, only times 8")
    signed("valid", mixed, lambda h: h % 8 == 3, 5, "key = aB + T, R = rB - hT")


def keys_that_are_no_points():
    commitment = encoded(multiply(NONCE, BASE))
    for y in (2, 2 | SIGN, P + 2, (1 << 255) - 1):
        line("invalid", number(y), b"no point", commitment, NONCE, "no canonical point")


def main():
    print(HEADER, end="")
    key = encoded(multiply(SECRET, BASE))
    answers_beyond_the_order(key, b"edges")
    keys_of_small_order()
    commitments_of_small_order(key)
    points_of_mixed_order(key)
    keys_that_are_no_points()


if __name__ == "__main__":
    main()
