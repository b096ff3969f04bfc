"""The designer with a language model, for ideas that the rules cannot read whole.

1. prompts.py     what is said to it, from ../prompts and the function catalogue
2. forms.py       the forms of its answers, and reading them
3. checks.py      everything that is wrong with a spec, in one list
4. talk.py        one conversation: turns, stop reasons, identical answers, the clock
5. witness.py     a second conversation writes the idea as a program, without sight of the spec
6. bars.py        real and made-up bars
7. play.py        what a spec decides on them
8. agreement.py   spec against witness, bar by bar; which guards the bars exercised
9. loop.py        all of it in order, with at most three repairs
"""
