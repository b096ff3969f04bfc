"""Walks out of the language: attributes, frames, formats, classes, encodings."""

from botyard.testing.attacks.attack import Attack

WALKS = (
    Attack("class walk", "result = [c.__name__ for c in ().__class__.__base__.__subclasses__()][:9]"),
    Attack(
        "class walk to a module",
        """
        found = [c for c in ().__class__.__base__.__subclasses__() if c.__name__ == "_wrap_close"]
        result = found[0].__init__.__globals__["environ"]["CANARY"]
        """,
        bites=True,
    ),
    Attack("globals of a function", "result = str(decide.__globals__)"),
    Attack("code of a function", "result = decide.__code__.co_consts"),
    Attack("default arguments", "decide.__defaults__ = (1,)\nresult = 1"),
    Attack("format walk", "result = '{0.__class__.__base__}'.format(bar)"),
    Attack("format_map walk", "result = '{a.__class__.__mro__}'.format_map({'a': bar})"),
    Attack("formatted attribute", "result = f'{bar.__class__.__base__}'"),
    Attack("formatted call", "result = f'{open(\"{FILE}\").read()}'", bites=True),
    Attack("percent format", "result = '%(__class__)s' % bar"),
    Attack("template", "import string\nresult = string.Template('$x').substitute(x=bar.__class__)"),
    Attack("generator frame", "g = (x for x in [1])\nresult = str(g.gi_frame.f_builtins)[:99]"),
    Attack("generator's callers", "def g():\n    yield h.gi_frame.f_back.f_back.f_globals\nh = g()\nresult = str(list(h))[:99]"),
    Attack(
        "traceback's frame",
        """
        try:
            1 / 0
        except Exception as e:
            result = str(e.__traceback__.tb_frame.f_builtins["open"]("{FILE}").read())
        """,
        bites=True,
    ),
    Attack("exception's context", "try:\n    {}['x']\nexcept KeyError as e:\n    result = e.__context__, e.with_traceback"),
    Attack("getattr with a built name", "result = getattr((), '__cl' + 'ass__').__base__.__name__"),
    Attack("getattr by map", "result = list(map(getattr, [()], ['__class__']))"),
    Attack("type of three", "result = type('X', (), {'__call__': print})().__class__.__mro__"),
    Attack("class statement", "class X:\n    def __init_subclass__(cls):\n        print(1)\nresult = X.__mro__"),
    Attack("metaclass", "class M(type):\n    def __getattr__(cls, n):\n        return n\nclass X(metaclass=M):\n    pass\nresult = X.anything"),
    Attack("operator overload", "class X:\n    def __add__(s, o):\n        return open('{FILE}').read()\nresult = X() + 1", bites=True),
    Attack("finaliser", "class X:\n    def __del__(s):\n        open('{MARK}', 'w').close()\nx = X()\nx = None\nresult = 1", bites=True),
    Attack("decorator", "@eval\n@lambda f: \"open('{FILE}').read()\"\ndef f():\n    pass\nresult = f", bites=True),
    Attack("decorated strategy", "result = 1", before="@print\ndef helper(x):\n    return x\n"),
    Attack("match by class", "match bar:\n    case dict(__class__=c):\n        result = c.__name__"),
    Attack("eval", "result = eval(\"open('{FILE}').read()\")", bites=True),
    Attack("exec", "box = {}\nexec(\"x = open('{FILE}').read()\", box)\nresult = box['x']", bites=True),
    Attack("compile", "result = eval(compile(\"open('{FILE}').read()\", 'x', 'eval'))", bites=True),
    Attack("builtins by name", "result = __builtins__['open']('{FILE}').read()"),
    Attack("import by builtin", "result = __import__('os').environ.get('CANARY')", bites=True),
    Attack("import by loader", "result = __loader__.load_module('os').environ"),
    Attack("encoded payload", "import base64\nresult = eval(base64.b64decode('b3BlbigiL2V0Yy9wYXNzd2QiKS5yZWFkKCk='))"),
    Attack("payload of numbers", "result = eval(bytes([111, 112, 101, 110]).decode())('{FILE}').read()", bites=True),
    Attack("payload spelt backwards", "result = eval(\")(daer.)'{FILE}'(nepo\"[:8][::-1]) if False else eval('op' + 'en')('{FILE}').read()", bites=True),
    Attack("wide letters", "result = \uff4f\uff50\uff45\uff4e('{FILE}').read()", bites=True),
    Attack("encoding declaration", "result = 1", before="# -*- coding: utf-7 -*-"),
    Attack("text turned around", "# \u202e } yrt\nresult = 1"),
    Attack("lambda", "f = lambda: open('{FILE}').read()\nresult = f()", bites=True),
    Attack("walrus", "result = (f := open)('{FILE}').read()", bites=True),
    Attack("function as a value", "result = sorted(['{FILE}'], key=open)"),
    Attack("starred call", "result = open(*['{FILE}']).read()", bites=True),
    Attack("keywords unpacked", "result = open(**{'file': '{FILE}'}).read()", bites=True),
    Attack("patched mathematics", "import math\nmath.sqrt = abs\nresult = math.sqrt(4.0)"),
    Attack("patched offer", "global max\nmax = min\nresult = max(1, 2)"),
    Attack("nonlocal", "def f():\n    nonlocal memory\n    memory = open\nf()\nresult = memory('{FILE}').read()", bites=True),
    Attack("pickle", 'import pickle\nresult = pickle.loads(b"cos\\ngetcwd\\n(tR.")', bites=False),
    Attack("marshal", "import marshal, types\nresult = types.FunctionType(marshal.loads(marshal.dumps((lambda: 1).__code__)), {})()"),
    Attack("ctypes", "import ctypes\nresult = ctypes.string_at(id(bar), 16)"),
    Attack("garbage", "import gc\nresult = len(gc.get_objects())"),
    Attack("system modules", "import sys\nresult = sys.modules['os'].environ.get('CANARY')", bites=True),
    Attack("frames by system", "import sys\nresult = str(sys._getframe(1).f_globals)[:200]"),
    Attack("variables", "result = str(vars()), str(globals()), str(locals())"),
    Attack("conversion", "result = f'{bar!r:>99}'"),
)  # fmt: skip
