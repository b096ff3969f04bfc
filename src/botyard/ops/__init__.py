"""One bar at a time: every function of the spec language, one family per file.

Each op is plain Python in the subset that engine/machine translates and imports `math` (and other ops) only, so that the same source runs
in the bot and, compiled, in research. Conventions, so that a compiled signature follows from the argument names:

- `s` is the strategy's state: a list of floats in the bot, a float64 array in research.
- `i` is the op's first slot in it; `n`, `m`, `k`, `j` are windows and counts. These are integers (int64).
- Every other argument is a float (float64). Conditions are 1.0, 0.0 or NaN for "not known yet".
- The result is a float, but for procedures, annotated `-> None`.

`ops.signature.kinds(op)` reads these conventions off a function. A NaN into a function with memory gives NaN and
leaves its state untouched. A window of n bars owns as many slots as its entry in CATALOGUE says, counted for the
largest n that may come. A condition that stays true once it is, such as "n values were seen", may be called `settled`:
compiled code then stops asking.

To add a function: write the op into the file of its family (or nothing, where other functions say it: an entry with
`expression`), add one entry to that file's CATALOGUE, and one line to tests/differential/test_talib*.py or beside it.
The language, the checks, the words and the tests over the whole catalogue find it there.
"""
