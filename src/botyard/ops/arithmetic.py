"""Arithmetic that never raises: what has no value is NaN, in CPython and in compiled code alike."""

from math import exp as _exp
from math import floor as _floor
from math import inf, nan
from math import log as _log
from math import sqrt as _sqrt

from botyard.ops.catalog import PRICE, Function


def safe_div(a: float, b: float) -> float:
    return a / b if b != 0.0 else nan


def safe_mod(a: float, b: float) -> float:
    if b == 0.0 or a - a != 0.0 or b - b != 0.0:
        return nan
    return a % b


def safe_sqrt(x: float) -> float:
    return _sqrt(x) if x >= 0.0 else nan


def safe_log(x: float) -> float:
    return _log(x) if x > 0.0 else nan


def safe_exp(x: float) -> float:
    if x != x:
        return nan
    return _exp(x) if x < 709.0 else inf


def safe_floor(x: float) -> float:
    if x - x != 0.0:
        return nan
    return float(_floor(x))


def safe_ceil(x: float) -> float:
    return -safe_floor(-x)


def minimum(a: float, b: float) -> float:
    if a != a or b != b:
        return nan
    return min(b, a)


def maximum(a: float, b: float) -> float:
    if a != a or b != b:
        return nan
    return max(b, a)


def clamp(x: float, low: float, high: float) -> float:
    return minimum(maximum(x, low), high)


def sign(x: float) -> float:
    if x > 0.0:
        return 1.0
    if x < 0.0:
        return -1.0
    return x


def nz(x: float, instead: float) -> float:
    return instead if x != x else x


CATALOGUE = (
    Function("abs(x: number)", "distance from zero", "|x|", "abs(close - open)", op=abs, op_name="abs"),
    Function("min(x: number, y: number, ...)", "the smallest; unknown if one is", "min(x, y, …)", "min(open, close)", op=minimum),
    Function("max(x: number, y: number, ...)", "the largest; unknown if one is", "max(x, y, …)", "max(open, close)", op=maximum),
    Function("clamp(x: number, low: number, high: number)", "x, held between low and high", "min(max(x, low), high)", "clamp(rsi(close, 14), 20, 80)", op=clamp),
    Function("sign(x: number)", "1, 0 or -1", "sgn x", "sign(close - open)", op=sign, between=(-1.0, 1.0)),
    Function("floor(x: number)", "the largest whole number not above x", "⌊x⌋", "floor(close / 100)", op=safe_floor),
    Function("ceil(x: number)", "the smallest whole number not below x", "⌈x⌉", "ceil(close / 100)", op=safe_ceil),
    Function("sqrt(x: number)", "square root; unknown below 0", "√x", "sqrt(variance(close, 20))", op=safe_sqrt, between=PRICE),
    Function("log(x: number)", "natural logarithm; unknown unless x > 0", "ln x", "log(close / close[1])", op=safe_log),
    Function("exp(x: number)", "e to the x", "eˣ", "exp(log(close))", op=safe_exp, between=PRICE),
    Function("nz(x: number, instead: number = 0)", "x, or another value while x is not known", "x if known else instead", "nz(prev_week_high(), high)", op=nz),

)  # fmt: skip
