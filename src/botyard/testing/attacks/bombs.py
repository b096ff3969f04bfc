"""Using up the machine: memory, processor, stack, output, the reader itself."""

from botyard.testing.attacks.attack import Attack


def _bomb(name: str, body: str, before: str = "") -> Attack:
    return Attack(name, body, before, is_bomb=True)


BOMBS = (
    _bomb("endless loop", "while True:\n    pass\nresult = 1"),
    _bomb("endless loop that swallows", "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass\nresult = 1"),
    _bomb("long loop", "x = 0\nfor i in range(10 ** 11):\n    x = x + 1\nresult = x"),
    _bomb("long loop by name", "n = 900000000000\nx = 0\nfor i in range(n * n):\n    x = i\nresult = x"),
    _bomb("loops in loops", "x = 0\nfor a in range(99999):\n    for b in range(99999):\n        for c in range(99999):\n            for d in range(9):\n                x = d\nresult = x"),
    _bomb("growing list in its own loop", "x = [1]\nfor y in x:\n    x.append(y)\nresult = len(x)"),
    _bomb("huge list", "result = len([0] * 10 ** 11)"),
    _bomb("huge text", "result = len('x' * 10 ** 11)"),
    _bomb("huge bytes", "result = len(bytearray(10 ** 11))"),
    _bomb("doubling text", "s = 'a'\nfor i in range(60):\n    s = s + s\nresult = len(s)"),
    _bomb("doubling list", "x = [1]\nfor i in range(60):\n    x += x\nresult = len(x)"),
    _bomb("nested lists", "x = []\nfor i in range(900000):\n    x = [x]\nresult = 10 ** 10 ** 9"),
    _bomb("power tower", "result = 9 ** 9 ** 9 ** 9"),
    _bomb("huge power", "result = 10 ** 10 ** 8 % 7"),
    _bomb("squaring", "x = 9\nfor i in range(60):\n    x = x * x\nresult = x"),
    _bomb("shift", "result = 1 << 10 ** 11"),
    _bomb("power by name", "result = pow(10, 10 ** 10) % 7"),
    _bomb("comprehension bomb", "result = len([1 for a in range(99999) for b in range(99999) for c in range(99999)])"),
    _bomb("recursion", "result = f(0)", before="def f(n):\n    return f(n + 1)\n"),
    _bomb("recursion by turns", "result = f(0)", before="def f(n):\n    return g(n) + g(n)\n\ndef g(n):\n    return f(n) + f(n)\n"),
    _bomb("deep brackets", "result = " + "(" * 150 + "1" + ")" * 150),
    _bomb("deeper brackets", "result = " + "[" * 3000 + "]" * 3000),
    _bomb("deep negation", "result = " + "-" * 5000 + "1"),
    _bomb("long sum", "result = " + "+".join(["1"] * 8000)),
    _bomb("huge number", "result = " + "9" * 15000),
    _bomb("much output", "for i in range(100000):\n    print('x' * 10000)\nresult = 1"),
    _bomb("much result", "result = ['x' * 1000] * 10 ** 6"),
    _bomb("width of a format", "x = 1\nresult = f'{x:>99999999999}'"),
    _bomb("width given late", "x = 1\nw = 10 ** 10\nresult = f'{x:>{w}}'"),
    _bomb("slow pattern", "import re\nresult = re.match('(a+)+$', 'a' * 40 + 'b')"),
    _bomb("factorial", "import math\nresult = math.factorial(10 ** 8)"),
    _bomb("endless iterator", "result = sum(iter(int, 1))"),
    _bomb("memory that grows", "memory['x'] = memory.get('x', [0]) * 10 ** 9\nresult = 1"),
    _bomb("many names", "\n".join(f"x{i} = {i}" for i in range(3000)) + "\nresult = 10 ** 10 ** 8"),
)  # fmt: skip
