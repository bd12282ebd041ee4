"""Requests that are queries: what is asked for, which of it, in what order, how much of it.

No book of recipes holds every "how many png files over 1M that changed last week": each wish can
stand with each other. So a request whose every word is understood is composed into a command of
its parts; where a word is left over, nothing is composed. `composed` is the door; `reading` finds
the parts; the other modules are the things that can be asked for, with their words and their
commands.
"""
