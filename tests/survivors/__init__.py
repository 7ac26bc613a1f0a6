"""Are the tests of a generated project worth anything? Take out one protection at a time and see them fail.

`protections/test_x.toml` lists what `tests/test_x.py` of the project guards. A protection whose removal
leaves that file green is a survivor: nobody would notice it missing.
"""
