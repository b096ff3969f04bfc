"""The LanguageModel port.

1. setting.py    BOTYARD_MODEL in parts, with what it needs to be let in
2. providers.py  the vendor's client behind pydantic-ai, one attempt per call
3. vendor.py     a request to the vendor and back, and what its errors mean
4. budget.py     money is reserved before a call, at the prices of prices.toml
5. patience.py   tries again after 429, 5xx and time-outs, and never otherwise
6. secrets.py    what is cut out of everything that is said
7. recorded.py   keeps every exchange with the run, and repeats a recorded run
"""
