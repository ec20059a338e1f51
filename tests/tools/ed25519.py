"""Ed25519 signatures (RFC 8032, section 5.1) for tests that need to sign what the program under test would not. Slow, and
its timing tells the key: for tests only."""

import hashlib

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def add(a, b):
    """The sum of two points of the curve, in extended coordinates (x, y, z, t)."""
    left = (a[1] - a[0]) * (b[1] - b[0]) % P
    right = (a[1] + a[0]) * (b[1] + b[0]) % P
    twisted = 2 * a[3] * b[3] * D % P
    doubled = 2 * a[2] * b[2] % P
    e, f, g, h = right - left, doubled - twisted, doubled + twisted, right + left
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar, point):
    total = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point = add(point, point)
        scalar >>= 1
    return total


def base_point():
    y = 4 * pow(5, -1, P) % P
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    x = P - x if x & 1 else x
    return x, y, 1, x * y % P


BASE = base_point()


def encoded(point):
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def expanded(seed):
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254
    return scalar, digest[32:]


def reduced(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % ORDER


def public_key(seed):
    return encoded(multiply(expanded(seed)[0], BASE))


def sign(seed, message):
    scalar, prefix = expanded(seed)
    public = encoded(multiply(scalar, BASE))
    nonce = reduced(prefix, message)
    commitment = encoded(multiply(nonce, BASE))
    answer = (nonce + reduced(commitment, public, message) * scalar) % ORDER
    return commitment + answer.to_bytes(32, "little")
