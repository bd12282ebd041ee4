"""The gate that a trained build must pass, and the test by ratings that decides after it.

`judge` compares a challenger with the champion on frozen sets, on what it was just taught and on
safety cases; `decide` says what people's thumbs say of the two while both serve.
"""
